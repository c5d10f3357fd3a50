import { plainError, show } from '@onecycle/platform'
import type { InputsState, ItemInputs } from './item-inputs.js'

/** Each kind of data in its own file, which is loaded for those that predict with it. */
const kinds: Readonly<Record<string, (state: never) => Promise<ItemInputs>>> = {
  item: async state => (await import('./item/sample-inputs.js')).SampleInputs.restore(state),
  sequence: async state => (await import('./sequence/sequence-inputs.js')).SequenceInputs.restore(state),
  table: async state => (await import('./table/row-inputs.js')).RowInputs.restore(state),
  text: async state => (await import('./text/text-inputs.js')).TextInputs.restore(state),
}

/**
 * What does as the one did that gave this state.
 *
 * @throws Error for a kind of data that this version does not know
 */
export async function restoreInputs(state: InputsState): Promise<ItemInputs> {
  const restore = Object.hasOwn(kinds, state.kind) ? kinds[state.kind]! : undefined
  if (restore) return restore(state as never)
  throw plainError(
    'newer-format',
    `its inputs are made of items of the kind ${show(state.kind)}, and this version of onecycle knows ${Object.keys(kinds).join(', ')}`,
  )
}
