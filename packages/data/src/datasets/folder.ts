import { type Kind, rangeError, show } from '@onecycle/platform'

/** Where files lie: a path, an address, or a URL. */
export type Address = string | URL

export const folderKind: Kind = {
  expected: 'a path or another address',
  fits: value => typeof value === 'string' || value instanceof URL,
}

/**
 * A file in a folder.
 *
 * @throws RangeError for a name that leads out of it, which a list of files may have
 */
export function inFolder(folder: Address, file: string): Address {
  if (/^([\\/]|[a-z][a-z\d+.-]*:)|(^|[\\/])\.\.([\\/]|$)/i.test(file))
    throw rangeError('outside-folder', `${show(file)} lies outside of ${show(String(folder))}; expected a file in it.`)
  const base = String(folder)
  const inside = base === '' || /[\\/]$/.test(base) ? base + file : `${base}/${file}`
  return folder instanceof URL ? new URL(inside) : inside
}
