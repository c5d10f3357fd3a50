import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { layers, loadLayersModel, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addFileHandlers } from './file-handlers.js'

const folder = mkdtempSync(join(tmpdir(), 'onecycle models '))
beforeAll(async () => {
  await tf.setBackend('cpu')
  addFileHandlers()
  addFileHandlers()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => `file://${join(folder, name)}`
const net = () =>
  sequential({ layers: [layers.dense({ units: 3, inputShape: [2], useBias: true }), layers.batchNormalization()] })
const valuesOf = (model: tf.io.ModelArtifacts | Sequential | Awaited<ReturnType<typeof loadLayersModel>>) =>
  (model as Sequential).getWeights().map(weight => [...weight.dataSync()])

describe('file:// without tfjs-node', () => {
  it('keeps a model as tfjs-node does, and loads it without leaving a tensor', async () => {
    const model = net()
    const before = tf.memory().numTensors
    const saved = await model.save(at('a/b'))
    expect(saved.modelArtifactsInfo).toMatchObject({ modelTopologyType: 'JSON', weightDataBytes: 4 * (6 + 3 + 12) })
    expect(readdirSync(join(folder, 'a/b')).sort()).toEqual(['model.json', 'weights.bin'])
    const json = JSON.parse(readFileSync(join(folder, 'a/b/model.json'), 'utf8'))
    expect(json).toMatchObject({ format: 'layers-model', weightsManifest: [{ paths: ['weights.bin'] }] })
    expect(json.weightData).toBeUndefined()
    const again = await loadLayersModel(at('a/b/model.json'))
    expect(valuesOf(again)).toEqual(valuesOf(model))
    again.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('replaces what was there, and reads weights in several parts and a manifest of its author', async () => {
    const model = net()
    model.setUserDefinedMetadata({ of: 'mine' })
    await net().save(at('parts'))
    await model.save(at('parts'))
    const [file, weights] = ['model.json', 'weights.bin'].map(name => join(folder, 'parts', name)) as [string, string]
    const json = JSON.parse(readFileSync(file, 'utf8'))
    const bytes = readFileSync(weights)
    rmSync(weights)
    for (const [i, [from, to]] of [[0, 10], [10, bytes.length]].entries())
      writeFileSync(join(folder, 'parts', `shard${i}.bin`), bytes.subarray(from, to)) // biome-ignore format: a table
    json.weightsManifest[0].paths = ['shard0.bin', 'shard1.bin']
    writeFileSync(file, JSON.stringify(json))
    const again = await loadLayersModel(at('parts/model.json'))
    expect(valuesOf(again)).toEqual(valuesOf(model))
    expect(again.getUserDefinedMetadata()).toEqual({ of: 'mine' })
  })

  it('says what is wrong', async () => {
    await net().save(at('bad'))
    const file = join(folder, 'bad/model.json')
    const fails = async (url: string, message: RegExp) => expect(loadLayersModel(url)).rejects.toThrow(message)
    await fails(at('none/model.json'), /Cannot read .*none.model\.json: there is no such file/)
    await fails(at('bad'), /Cannot read .*bad: EISDIR/)
    await fails('file://', /Cannot load 'file:\/\/': it has no path\. Give the model\.json/)
    await expect(net().save('file:///')).rejects.toThrow(/Cannot save 'file:\/\/': it has no path/)
    const json = readFileSync(file, 'utf8')
    truncateSync(join(folder, 'bad/weights.bin'), 40)
    await fails(at('bad/model.json'), /its weights take 84 bytes, and 40 lie beside it/)
    const escaping = JSON.parse(json)
    escaping.weightsManifest[0].paths = ['../a/b/weights.bin']
    writeFileSync(file, JSON.stringify(escaping))
    await fails(at('bad/model.json'), /said to lie in '\.\.\/a\/b\/weights\.bin', which is no file beside it/)
    writeFileSync(file, '[]')
    await fails(at('bad/model.json'), /neither layers nor weights/)
    writeFileSync(file, '{')
    await fails(at('bad/model.json'), /it is not JSON/)
  })

  it('leaves file:// to whoever else answers it, whenever they came', async () => {
    let theirs = 0
    const other = (url: string | string[]) => {
      if (!String(url).startsWith('file://theirs')) return null as never
      return { save: async () => ({ modelArtifactsInfo: { dateSaved: new Date(theirs++), modelTopologyType: 'JSON' as const } }) }
    }
    tf.io.registerSaveRouter(other)
    await net().save('file://theirs/a')
    expect(theirs).toBe(1)
    await net().save(at('ours'))
    expect(theirs).toBe(1)
    expect(readdirSync(join(folder, 'ours'))).toHaveLength(2)
  })
})
