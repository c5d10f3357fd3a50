import { checkNumber, rangeError, show } from '@onecycle/platform'

/** A momentum, or list of momenta, of a cycle: each at least 0 and below 1; one number stands for all. */
export function checkMoms(name: string, moms: number | readonly number[], count: number): number[] {
  const list = typeof moms === 'number' ? Array<number>(count).fill(moms) : Array.isArray(moms) ? [...moms] : []
  if (list.length !== count)
    throw rangeError('momenta', `${name} must be ${count} momenta or one number, but it is ${show(moms)}.`)
  return list.map((mom, i) => checkNumber(`${name}[${i}]`, mom, { min: 0, below: 1 }))
}
