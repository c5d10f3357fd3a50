import { show, typeError } from '@onecycle/platform'

const units: Readonly<Record<string, number>> = {
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/**
 * Bytes, given as they are or in units of 1024: `'512 MB'`, `'2 GB'`.
 *
 * @throws TypeError for what is none
 */
export function bytesOf(memory: unknown): number | undefined {
  if (memory === undefined) return undefined
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?b)\s*$/i.exec(String(memory)) ?? []
  const bytes = typeof memory === 'number' ? memory : Number(number) * units[unit?.toLowerCase() ?? '']!
  if (Number.isFinite(bytes) && bytes >= 2 ** 20) return Math.round(bytes)
  throw typeError(
    'wrong-option',
    `sweep: memory is ${show(memory)}; expected bytes, a million or more, or a text such as '2 GB'.`,
  )
}
