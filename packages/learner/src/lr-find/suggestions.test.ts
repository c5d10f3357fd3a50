import type { SuggestName } from '@onecycle/callbacks'
import { suggestFunctions } from '@onecycle/callbacks/internal'
import { describe, expect, it } from 'vitest'
import { type Search, suggestRates } from './suggestions.js'

/** A search whose smoothed losses are these, at rates from 1e-7 to 10. */
function searched(losses: readonly number[], more: Partial<Search> = {}): Search {
  const num_it = more.num_it ?? 100
  const lrs = losses.map((_, i) => 1e-7 * 1e8 ** (i / num_it))
  return { lrs, losses: [...losses], smooth_losses: [...losses], num_it, suggestion: 'valley', ...more }
}
const curve = (n: number, loss: (i: number) => number) => Array.from({ length: n }, (_, i) => loss(i))
const dip = (n: number) => curve(n, i => 1 + ((i - 0.7 * n) / n) ** 2)
const names = Object.keys(suggestFunctions) as SuggestName[]

describe('no suggestion, and why', () => {
  it.each<[string, Search, RegExp]>([
    ['nothing was trained', searched([]), /^no batch was trained/],
    ['NaN from the first', searched([Number.NaN]), /NaN from the first batch on, at a rate of 1\.00e-7\. Check the inputs/],
    ['Infinity from the first', searched([Number.POSITIVE_INFINITY, 1]), /Infinity from the first/],
    ['two batches', searched([1, 0.9], { num_it: 2 }), /^2 batches are too few: .* Search more, with num_it/],
    ['one batch', searched([1], { num_it: 1 }), /^1 batch is too few/],
    ['seven batches', searched(dip(7), { num_it: 7 }), /^7 batches are too few/],
    [
      'exploded at once',
      searched([1, 2, 9], { ended: 'diverged' }),
      /exploded in batch 3 of 100, at a rate of .*Begin lower, with start_lr/,
    ],
    [
      'NaN after a few',
      searched([...dip(12), Number.NaN]),
      /became NaN in batch 13 of 100, at a rate of .*Begin lower, with start_lr/,
    ],
    ['ended by somebody', searched(dip(9)), /^a callback ended the search after 9 of 100 batches/],
    ['every loss equal', searched(curve(100, () => 0.5)), /^the loss is 0\.500 at every rate/],
    ['every loss zero', searched(curve(100, () => 0)), /^the loss is 0\.00 at every rate/],
    ['equal but for rounding', searched(curve(100, i => 0.5 + (i % 3) * 1e-8)), /at every rate/],
    ['a curve that never falls', searched(curve(100, i => 1 + i / 100)), /^the loss never fell, whatever the rate/],
    ['interrupted', searched(dip(60), { ended: 'interrupted' }), /^the search was interrupted after 60 of 100 batches/],
  ])('%s', (_, search, message) => {
    for (const suggestion of names) {
      const { suggestions, reason } = suggestRates({ ...search, suggestion })
      expect(reason).toMatch(message)
      expect(suggestions).toEqual({ valley: null, slide: null, minimum: null, steep: null, steepest_gradient: null })
    }
  })

  it('names the methods that can, where the one that was asked for cannot', () => {
    const { suggestions, reason } = suggestRates(searched(dip(18), { num_it: 18, suggestion: 'slide' }))
    expect(suggestions['slide']).toBeNull()
    expect(reason).toMatch(/^slide reads none off these 12 points\. Others do: valley \d.*, minimum /)
  })
})

describe('fastai 3458: a suggestion lies between rates that were tried', () => {
  it('of searches of any length', () => {
    for (let n = 1; n <= 40; n++)
      for (const losses of [dip(n), curve(n, i => -i), curve(n, i => Math.sin(i)), [...dip(n), Number.NaN]]) {
        const search = searched(losses, { num_it: n })
        const { lrs } = search
        for (const found of Object.values(suggestRates(search).suggestions)) {
          if (!found) continue
          expect(found.lr).toBeGreaterThan(lrs[0]!)
          expect(found.lr).toBeLessThan(lrs.at(-1)!)
          expect(found.loss).toBeLessThan(Number.POSITIVE_INFINITY)
        }
      }
  })

  it('and has a finite loss on either side', () => {
    const exploding = [...dip(60), Number.POSITIVE_INFINITY, ...curve(20, () => Number.NaN)]
    for (const found of Object.values(suggestRates(searched(exploding)).suggestions))
      if (found) expect(found.loss).toBeLessThan(2)
  })
})
