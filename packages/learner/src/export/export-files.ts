import type { DataBunch } from '@onecycle/data'
import { nameOf, namesIn, removeFile, Sha256, schemeOf, show, typeError, writeWhole } from '@onecycle/platform'
import { io, type Tensor, sigmoid as tfSigmoid, softmax as tfSoftmax, version_core } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { sigmoid, softmax } from '../loss/activations.js'
import type { LossFunction } from '../loss/loss-function.js'
import { disposeModel } from '../model/dispose-model.js'
import { isLayersModel, type Model } from '../model/trainable-model.js'
import { type Manifest, type ModelJson, manifestFormat } from './manifest.js'
import { meaningsOf } from './meanings.js'
import { type OutputActivation, standardModel } from './standard-model.js'

/** What an export is made of. */
export interface Exported {
  readonly data: DataBunch
  readonly model: Model
  readonly loss_func: LossFunction
  log?(line: string): void
}

/** Files by name, `model.json` and the weights that it names. */
export type ExportFiles = Readonly<Record<string, Uint8Array<ArrayBuffer>>>

/**
 * Writes the files of an export into a folder. The one that names the other comes last, so that what was there is whole until then.
 *
 * @throws as {@link exportFiles}; Error when they cannot be written
 */
export async function exportTo(parts: Exported, dir: string): Promise<string> {
  if (typeof dir !== 'string' || dir === '')
    throw typeError('wrong-argument', `export takes the path of a folder, but got ${show(dir)}.`)
  const files = await exportFiles(parts)
  const base = dir.replace(/\/+$/, '')
  for (const [name, bytes] of Object.entries(files)) await writeWhole(`${base}/${name}`, bytes)
  if (schemeOf(base) === '')
    for (const name of await namesIn(base)) if (weightsName.test(name) && !(name in files)) await removeFile(`${base}/${name}`)
  return nameOf(base)
}

/**
 * Model, weights, preprocessing, labels and versions: as TensorFlow.js keeps models, of its own layers alone, which answer with
 * probabilities where the loss took logits.
 *
 * @throws TypeError for a model that is no LayersModel, and for a loss whose activation cannot be written
 */
export async function exportFiles(parts: Exported): Promise<ExportFiles> {
  const { net, manifest } = exportedModel(parts)
  try {
    let artifacts: io.ModelArtifacts | undefined
    await net.save(
      io.withSaveHandler(async given => {
        artifacts = given
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
      }),
    )
    return filesOf(artifacts!, manifest)
  } finally {
    disposeModel(net)
  }
}

/** The model that is exported, the caller's to dispose, and what is said of it. Throws as {@link exportFiles}. */
export function exportedModel({ data, model, loss_func, log }: Exported): { net: LayersModel; manifest: Manifest } {
  if (!isLayersModel(model))
    throw typeError(
      'export-unsupported',
      'Only a LayersModel can be exported, made by tf.sequential or tf.model: what another object does nobody else could repeat. save() keeps its weights.',
    )
  const inputs = data.inputs?.state()
  if (data.inputs && !inputs)
    log?.(
      'The export cannot read new items: functions of your own make inputs of them. It predicts samples as the model takes them.',
    )
  const manifest = {
    format: manifestFormat,
    versions: { tfjs: version_core },
    outputs: meaningsOf(data, model, loss_func),
    ...(inputs && { inputs }),
  }
  return { net: standardModel(model, activationsOf(loss_func, model.outputs.length), inputs && 1), manifest }
}

const weightsName = /^weights-[0-9a-f]{8}\.bin$/

async function filesOf({ modelTopology, weightSpecs, weightData }: io.ModelArtifacts, onecycle: Manifest): Promise<ExportFiles> {
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData))
  const mark = [...new Sha256().update(weights).digest().subarray(0, 4)].map(byte => byte.toString(16).padStart(2, '0')).join('')
  const name = `weights-${mark}.bin`
  const json: ModelJson = {
    ...{ format: 'layers-model', generatedBy: `TensorFlow.js tfjs-layers v${version_core}`, convertedBy: null },
    modelTopology: modelTopology as object,
    weightsManifest: [{ paths: [name], weights: weightSpecs as object[] }],
    userDefinedMetadata: { onecycle },
  }
  return { [name]: weights, 'model.json': new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`) }
}

const known = new Map<unknown, OutputActivation>([
  [undefined, 'linear'],
  ...([softmax, tfSoftmax] as unknown[]).map(each => [each, 'softmax'] as const),
  ...([sigmoid, tfSigmoid] as unknown[]).map(each => [each, 'sigmoid'] as const),
])

function activationsOf(loss: LossFunction, outputs: number): OutputActivation[] {
  if (loss.heads) return loss.heads.flatMap(head => activationsOf(head.loss, 1))
  const activation = known.get(loss.activation as ((pred: Tensor) => Tensor) | undefined)
  if (activation) return Array<OutputActivation>(outputs).fill(activation)
  throw typeError(
    'export-unsupported',
    `The activation of the loss ${loss.name || 'given'} is a function of its own, which cannot be written into a file. Give the model a layer that does it, and take ` +
      'a loss of what comes out; or give the loss tf.softmax or tf.sigmoid.',
  )
}
