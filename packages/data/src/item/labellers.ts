import { rangeError, show, typeError } from '@onecycle/platform'

/** The names of the folders that a file lies in, and its own, the last. */
export function namesOnPath(path: unknown): string[] {
  if (typeof path !== 'string' && !(path instanceof URL))
    throw typeError('label-from-path', `${show(path)} is no path, so that no folder's name can be told of it.`)
  const names = String(path).split(/[\\/]/)
  return path instanceof URL ? names.map(decodeURIComponent) : names
}

/**
 * The name of the folder that a file lies in, as its label.
 *
 * Source: fastai's `parent_label`.
 *
 * @example
 * parent_label('pets/train/cat/1.png') // 'cat'
 */
export function parent_label(path: string | URL): string {
  const label = namesOnPath(path).at(-2)
  if (!label) throw rangeError('label-from-path', `${show(String(path))} lies in no folder whose name could be its label.`)
  return label
}

/**
 * Labels by a part of their path: the first group of a pattern.
 *
 * Source: fastai's `RegexLabeller`.
 *
 * @example
 * RegexLabeller(/([^/]+)_\d+\.jpg$/)('pets/great_dane_12.jpg') // 'great_dane'
 */
export function RegexLabeller(pat: RegExp | string): (path: string | URL) => string {
  if (!(pat instanceof RegExp) && typeof pat !== 'string')
    throw typeError('wrong-argument', `RegexLabeller takes a pattern, such as /([^/]+)_\\d+\\.jpg$/, but got ${show(pat)}.`)
  const pattern = new RegExp(pat, pat instanceof RegExp ? pat.flags.replace(/[gy]/g, '') : '')
  return path => {
    const whole = namesOnPath(path).join('/')
    const found = pattern.exec(whole)
    if (found?.[1] === undefined)
      throw rangeError(
        'label-from-path',
        `${show(whole)} does not match ${pattern}${found ? ', or not its first group' : ''}: there is no label in it.`,
      )
    return found[1]
  }
}
