import type { InputsState } from '@onecycle/data'
import { plainError, show } from '@onecycle/platform'
import type { Meaning } from './answer.js'

/** What an export says of itself, in its model.json. */
export interface Manifest {
  /** Of this description; a reader refuses one that is newer than it knows. */
  readonly format: number
  /** Of what wrote it. */
  readonly versions: Readonly<Record<string, string>>
  /** What the outputs of the model stand for, in its order. */
  readonly outputs: readonly Meaning[]
  /** What makes inputs of new items, where the data knows such: rows of a table, pictures, texts. */
  readonly inputs?: InputsState | undefined
}

/** What this version writes. */
export const manifestFormat = 2

/** As TensorFlow.js keeps a model: its layers, and where the weights lie. */
export interface ModelJson {
  readonly format: 'layers-model'
  readonly generatedBy: string
  readonly convertedBy: null
  readonly modelTopology: object
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[]
  readonly userDefinedMetadata?: { readonly onecycle?: Manifest }
}

/** @throws Error where it is no model.json of an export, or one of a later version */
export function parseModelJson(text: string): ModelJson & { readonly userDefinedMetadata: { readonly onecycle: Manifest } } {
  let json: Partial<ModelJson>
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw plainError('model-json', 'it is not JSON', { cause })
  }
  const manifest = json?.userDefinedMetadata?.onecycle
  if (json?.format !== 'layers-model' || !Array.isArray(json.weightsManifest))
    throw plainError('model-json', 'it is no model.json of TensorFlow.js')
  if (!manifest || !Array.isArray(manifest.outputs))
    throw plainError(
      'model-json',
      'it does not say what its outputs stand for: it is a model of TensorFlow.js, but none that learn.export wrote. tf.loadLayersModel reads it',
    )
  if (!(manifest.format <= manifestFormat))
    throw plainError(
      'newer-format',
      `its format is ${show(manifest.format)}, and this version of onecycle reads ${manifestFormat} at most`,
    )
  const onecycle = ofNow(manifest)
  return { ...(json as ReturnType<typeof parseModelJson>), userDefinedMetadata: { onecycle } }
}

/** As this version has it: format 1 knew one kind of items, by another name. */
function ofNow(manifest: Manifest & { readonly table?: object }): Manifest {
  const { table, ...rest } = manifest
  return table ? { ...rest, inputs: { kind: 'table', ...table } } : rest
}
