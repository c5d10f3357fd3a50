import type { SuggestName } from '@onecycle/callbacks'
import type { LrFindRecord } from '@onecycle/recorder'

/** What each method looks for. */
const places: Readonly<Record<SuggestName, string>> = {
  valley: 'half way down the longest fall of the loss',
  slide: 'where the slope of the loss last is even',
  minimum: 'a tenth of the rate with the lowest loss',
  steep: 'where the loss falls fastest for each factor of the rate',
  steepest_gradient: 'where the loss falls fastest from batch to batch',
}

/** Rates within such a factor are much the same. */
const nearby = 1.5

/** Which rate to take and why, and how the others lie to it; undefined where the main method suggests none. */
export function adviceOf(suggestions: LrFindRecord['suggestions'], suggestion: SuggestName): string | undefined {
  const main = suggestions[suggestion]
  if (!main) return undefined
  const said = (keep: (factor: number) => boolean) =>
    Object.entries(suggestions)
      .filter(([name, found]) => found && name !== suggestion && keep(found.lr / main.lr))
      .map(([name, found]) => `${name} ${short(found!.lr)}`)
      .join(', ')
  const others = [
    ['Much the same', said(factor => factor >= 1 / nearby && factor <= nearby)],
    ['Higher, faster and less safe', said(factor => factor > nearby)],
    ['Lower, slower and safer', said(factor => factor < 1 / nearby)],
  ].flatMap(([how, which]) => (which ? [`${how}: ${which}.`] : []))
  return [`Take ${short(main.lr)} (${suggestion}), ${places[suggestion]}.`, ...others].join(' ')
}

const short = (lr: number) => String(Number(lr.toPrecision(2)))
