import { nameOf, plainError, read, schemeOf, show, typeError, writeWhole } from '@onecycle/platform'
import { io } from '@tensorflow/tfjs-core'

const begin = 'file://'
/** What a router answers to what others are to take; its type does not say so. */
const notMine = null as unknown as io.IOHandler
let asking = false
let registered = false

/**
 * Lets `model.save('file://models/a')` and `tf.loadLayersModel('file://models/a/model.json')` work in Node, Deno and Bun without
 * TensorFlow.js's native package, in its layout: a folder with `model.json` and `weights.bin`. Files are written under temporary names and
 * renamed, `model.json` last. Whoever else answers `file://`, before or after, as `@tensorflow/tfjs-node` does, is left to it. `import 'onecycle'`
 * calls this; in a page it does nothing, since there are no files.
 *
 * @example
 * import { addFileHandlers } from '@onecycle/backend'
 * addFileHandlers()
 */
export function addFileHandlers(): void {
  if (registered) return
  registered = true
  io.registerSaveRouter(url => handlerOf(url, 'save'))
  io.registerLoadRouter(url => handlerOf(url, 'load'))
}

function handlerOf(url: string | string[], use: 'save' | 'load'): io.IOHandler {
  if (typeof url !== 'string' || !url.toLowerCase().startsWith(begin) || asking) return notMine
  // TensorFlow.js refuses an address that two answer for.
  asking = true
  try {
    const others = use === 'save' ? io.getSaveHandlers(url) : io.getLoadHandlers(url)
    if (others.length > 0) return notMine
  } finally {
    asking = false
  }
  // As it stands: TensorFlow.js's own takes no escapes, and paths from here too.
  const path = url.slice(begin.length)
  if (use === 'load') return { load: () => load(path) }
  return { save: artifacts => save(path, artifacts) }
}

async function save(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const base = checkPath(folder, 'save', 'the folder of the model, as file://models/a').replace(/\/+$/, '')
  const { modelTopology, weightSpecs = [], weightData, ...said } = artifacts
  if (modelTopology instanceof ArrayBuffer)
    throw typeError('model-json', 'A model whose layers are no JSON cannot be saved to file://.')
  const json = {
    ...said,
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  }
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData ?? []))
  await writeWhole(`${base}/weights.bin`, weights)
  await writeWhole(`${base}/model.json`, JSON.stringify(json))
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) }
}

async function load(path: string): Promise<io.ModelArtifacts> {
  const file = checkPath(path, 'load', 'the model.json of a model, as file://models/a/model.json')
  const name = nameOf(file)
  const json = parse(name, new TextDecoder().decode(await read(file)))
  const folder = file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
  return io.getModelArtifactsForJSON(json as io.ModelJSON, async manifest => {
    const parts = await Promise.all(
      manifest.flatMap(({ paths }) => paths).map(async part => (await read(`${folder}${checkPart(name, part)}`)).slice().buffer),
    )
    const [specs, weights] = [io.getWeightSpecs(manifest), io.CompositeArrayBuffer.join(parts)]
    const wanted = bytesOf(specs)
    if (wanted !== undefined && wanted !== weights.byteLength)
      throw plainError(
        'model-json',
        `Cannot load ${name}: its weights take ${wanted} bytes, and ${weights.byteLength} lie beside it. They were cut short, or are of another model.`,
      )
    return [specs, weights]
  })
}

function parse(name: string, text: string): Partial<io.ModelJSON> {
  let json: Partial<io.ModelJSON> | null
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw plainError('model-json', `Cannot load ${name}: it is not JSON. Give the model.json of a model.`, { cause })
  }
  if (typeof json !== 'object' || json === null || !(json.modelTopology || json.weightsManifest))
    throw plainError(
      'model-json',
      `Cannot load ${name}: it has neither layers nor weights (modelTopology, weightsManifest), so it is no model.json of TensorFlow.js.`,
    )
  if (json.weightsManifest !== undefined && !Array.isArray(json.weightsManifest))
    throw plainError(
      'model-json',
      `Cannot load ${name}: its weightsManifest is ${show(json.weightsManifest)}, and should be a list.`,
    )
  return json
}

const widths: Readonly<Record<string, number>> = { float32: 4, int32: 4, complex64: 8, bool: 1, uint8: 1, uint16: 2, float16: 2 }

/** What weights take; texts say so themselves. */
function bytesOf(specs: readonly io.WeightsManifestEntry[]): number | undefined {
  let sum = 0
  for (const { shape, dtype, quantization } of specs) {
    const width = widths[quantization?.dtype ?? dtype]
    if (width === undefined) return undefined
    sum += width * shape.reduce((product, side) => product * side, 1)
  }
  return sum
}

/** What a model.json names may not lead out of its folder. */
function checkPart(name: string, part: unknown): string {
  if (
    typeof part === 'string' &&
    part !== '' &&
    !schemeOf(part) &&
    !/^([/\\]|[a-z]:)/i.test(part) &&
    !part.split(/[/\\]/).includes('..')
  )
    return part
  throw plainError('model-json', `Cannot load ${name}: its weights are said to lie in ${show(part)}, which is no file beside it.`)
}

function checkPath(path: string, use: string, wanted: string): string {
  if (path.replace(/\/+$/, '') !== '') return path
  throw plainError('address-without-path', `Cannot ${use} 'file://': it has no path. Give ${wanted}.`)
}
