import { formatNumber } from '@onecycle/plot/internal'
import type { Pulse } from '../pulse.js'
import type { StoryFit } from '../story-fit.js'

/** Seconds in two units: `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} min`
}

/** A figure in four digits; a dash for none. */
export function figure(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : formatNumber(value, 4)
}

/** A number with commas between thousands. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Where a fit is, in words. */
export function placeOf(fit: StoryFit | undefined, pulse: Pulse | undefined): string {
  if (pulse && pulse.state !== 'idle') {
    const { lr_finding, epoch, n_epoch, training, iter, n_iter, train_iter, batches } = pulse
    if (lr_finding) return `Searching for a learning rate, batch ${count(train_iter)} of at most ${count(batches)}`
    const pass = training ? 'training' : 'validating'
    return `Epoch ${epoch + 1}${n_epoch > 0 ? ` of ${n_epoch}` : ''}, ${pass}${n_iter > 0 && Number.isFinite(n_iter) ? `, batch ${count(iter)} of ${count(n_iter)}` : ''}`
  }
  if (!fit) return 'Nothing has been trained yet.'
  const { n_epoch } = fit.begins
  const epochs = n_epoch > 0 ? `${fit.epochs} of ${n_epoch} epochs` : `${fit.epochs} epochs`
  return `${epochs}, ${count(fit.batches)} batches, in ${duration(fit.seconds)}`
}
