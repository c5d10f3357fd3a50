import type { Kind } from '@onecycle/platform'

/** Where files lie: a path, an address, or a URL. */
export type Address = string | URL

export const folderKind: Kind = {
  expected: 'a path or another address',
  fits: value => typeof value === 'string' || value instanceof URL,
}

/** A file in a folder. */
export function inFolder(folder: Address, file: string): Address {
  const base = String(folder)
  const inside = base === '' || /[\\/]$/.test(base) ? base + file : `${base}/${file}`
  return folder instanceof URL ? new URL(inside) : inside
}
