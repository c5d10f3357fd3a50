import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataBunch, TabularDataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { tabular_learner } from '../learners/tabular-learner.js'
import { simple_cnn } from '../model/simple-cnn.js'
import { useCpu } from '../testing/tiny.js'
import type { ClassAnswer } from './answer.js'
import { load_learner } from './predictor.js'

const dir = mkdtempSync(join(tmpdir(), 'onecycle export '))
beforeAll(useCpu)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const at = (name: string) => join(dir, name)
const quiet = { progress: false, log: false, seed: 1 } as const

function people(n: number) {
  const random = new Random(3)
  return Array.from({ length: n }, (_, i) => {
    const [age, city] = [18 + random.int(60), ['Bern', 'Basel', 'Chur'][random.int(3)]!]
    return { age: i === 1 ? null : age, city, left: age > 45 === (city === 'Bern') ? 'yes' : 'no', fee: age / 10, size: age / 5 }
  })
}

const inputs = { cat_names: ['city'], cont_names: ['age'], bs: 16, seed: 1 } as const

describe('a model trained on a table', () => {
  it('answers rows after it is loaded as the Learner does, unknown and missing ones too, and leaves no tensor', async () => {
    const data = await TabularDataBunch.from_df(people(120), { y: 'left', ...inputs })
    const learn = tabular_learner(data, { layers: [12], ps: 0.2, embed_p: 0.1, ...quiet })
    await learn.fit_one_cycle(3, 1e-2)
    const before = tf.memory().numTensors
    const folder = await learn.export(at('churn'))
    expect(folder).toBe(at('churn'))
    const churn = await load_learner(folder)
    expect(churn.classes).toEqual(['no', 'yes'])
    const rows = [{ age: 41, city: 'Bern' }, { age: 30, city: 'Paris' }, { age: null, city: null }] // biome-ignore format: a table
    const [ours, theirs] = [await learn.predict(rows), await churn.predict(rows)]
    expect(theirs).toHaveLength(3)
    for (const [i, answer] of (theirs as ClassAnswer[]).entries()) {
      const wanted = ours[i] as ClassAnswer
      expect(answer.label).toBe(wanted.label)
      expect(answer.probs['yes']).toBeCloseTo(wanted.probs['yes']!, 5)
      expect(answer.probs['no']! + answer.probs['yes']!).toBeCloseTo(1, 5)
      expect(answer.label).toBe(answer.probs['yes']! > 0.5 ? 'yes' : 'no')
    }
    expect(await churn.predict(rows[0]!)).toEqual(theirs[0])
    churn.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('knows values by their names', async () => {
    const one = tabular_learner(await TabularDataBunch.from_df(people(40), { y: 'fee', ...inputs }), { layers: [4], ...quiet })
    const two = tabular_learner(await TabularDataBunch.from_df(people(40), { y: ['fee', 'size'], ...inputs }), {
      layers: [4],
      ...quiet,
    })
    expect(await (await load_learner(await one.exportFiles())).predict({ age: 41, city: 'Bern' })).toEqual({
      value: expect.any(Number),
    })
    expect(await (await load_learner(await two.exportFiles())).predict({ age: 41, city: 'Bern' })).toEqual({
      value: { fee: expect.any(Number), size: expect.any(Number) },
    })
  })

  it('is read from an export of format 1, which knew of tables alone; one of a kind that nobody knows is refused', async () => {
    const learn = tabular_learner(await TabularDataBunch.from_df(people(40), { y: 'fee', ...inputs }), { layers: [4], ...quiet })
    const files = await learn.exportFiles()
    const json = JSON.parse(new TextDecoder().decode(files['model.json']))
    const as = (manifest: object) => {
      const userDefinedMetadata = { onecycle: { ...json.userDefinedMetadata.onecycle, inputs: undefined, ...manifest } }
      return { ...files, 'model.json': new TextEncoder().encode(JSON.stringify({ ...json, userDefinedMetadata })) }
    }
    const { kind, ...table } = json.userDefinedMetadata.onecycle.inputs
    expect(kind).toBe('table')
    const row = { age: 41, city: 'Bern' }
    const old = await load_learner(as({ format: 1, table }))
    expect(await old.predict(row)).toEqual(await (await load_learner(files)).predict(row))
    await expect(load_learner(as({ inputs: { kind: 'smell' } }))).rejects.toThrow(
      "its inputs are made of items of the kind 'smell', and this version of onecycle knows item, sequence, table, text",
    )
  })

  it('says which column is not there', async () => {
    const learn = tabular_learner(await TabularDataBunch.from_df(people(40), { y: 'fee', ...inputs }), { layers: [4], ...quiet })
    const files = await learn.exportFiles()
    await expect((await load_learner(files)).predict({ agee: 41, city: 'Bern' })).rejects.toThrow(/age/)
    await expect(learn.predict({ agee: 41, city: 'Bern' })).rejects.toThrow(/age/)
  })
})

describe('predict_csv', () => {
  const learner = async (more: object = {}) => {
    const data = await TabularDataBunch.from_df(people(120), { y: 'left', ...inputs, ...more })
    const learn = tabular_learner(data, { layers: [8], ...quiet })
    await learn.fit_one_cycle(2, 1e-2)
    return learn
  }
  const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n')

  it('writes rows of a file as they are beside what is said of them, the same in a Learner and an export', async () => {
    const learn = await learner()
    const churn = await load_learner(await learn.exportFiles())
    const rows = Array.from({ length: 2500 }, (_, i) => ({
      id: `00${i}`,
      age: i % 9 === 0 ? '' : `${20 + (i % 50)}.50`,
      city: ['Bern', '"Chur, GR"', ''][i % 3]!,
    }))
    const file = at('new.csv')
    writeFileSync(file, `id,age,city\r\n${rows.map(row => Object.values(row).join(',')).join('\r\n')}\r\n`)
    const before = tf.memory().numTensors
    expect(await churn.predict_csv(file, at('out.csv'), { bs: 1000 })).toEqual({ path: at('out.csv'), rows: 2500 })
    expect(await learn.predict_csv(file, at('learner.csv'))).toEqual({ path: at('learner.csv'), rows: 2500 })
    expect(tf.memory().numTensors).toBe(before)
    const [header, first, second] = lines(at('out.csv'))
    expect(header).toBe('id,age,city,label,probs.no,probs.yes')
    expect(second!.startsWith('001,21.50,"Chur, GR",')).toBe(true)
    const [, , , label, no] = first!.split(',')
    const answer = (await churn.predict({ age: null, city: 'Bern' })) as ClassAnswer
    expect([label, Number(no)]).toEqual([answer.label, expect.closeTo(answer.probs['no']!, 6)])
    expect(lines(at('learner.csv')).map(line => line.split(',')[0])).toEqual(lines(at('out.csv')).map(line => line.split(',')[0]))
    expect(lines(at('out.csv'))).toHaveLength(2501)
  })

  it('takes tables and bytes, leaves columns out, and reads files as training did', async () => {
    const text = `age;city;left\n${people(60)
      .map(({ age, city, left }) => `${age ?? '?'};${city};${left}`)
      .join('\n')}\n`
    const data = await TabularDataBunch.from_csv(text, {
      y: ['left', 'age'],
      cat_names: ['city'],
      cont_names: [],
      bs: 8,
      missing: ['?'],
      sep: ';',
      split: [Int32Array.from({ length: 30 }, (_, i) => i + 2), Int32Array.of(40, 41)],
    }).catch((error: Error) => error)
    expect((data as Error).message).toContain('the target age is missing')
    const learn = tabular_learner(await TabularDataBunch.from_csv(text, { y: 'left', ...inputs, missing: ['?'], sep: ';' }), {
      layers: [4],
      ...quiet,
    })
    const churn = await load_learner(await learn.exportFiles())
    await churn.predict_csv('city;age\nBern;?\nChur;30\n', at('few.csv'), { keep: ['city'], probs: false, prefix: 'said ' })
    expect(lines(at('few.csv'))).toEqual([
      'city,said label',
      expect.stringMatching(/^Bern,(no|yes)$/),
      expect.stringMatching(/^Chur,/),
    ])
    expect((await churn.predict_csv([{ city: 'Bern', age: 3 }], at('few.csv'))).rows).toBe(1)
    const two = tabular_learner(await TabularDataBunch.from_df(people(40), { y: ['left', 'fee'], ...inputs }), {
      layers: [4],
      ...quiet,
    })
    await two.predict_csv([{ city: 'Bern', age: 3 }], at('two.csv'))
    expect(lines(at('two.csv'))[0]).toBe('city,age,left.label,left.probs.no,left.probs.yes,fee.value')
  })

  it('refuses what it cannot read or write, and leaves what was there', async () => {
    const churn = await load_learner(await (await learner()).exportFiles())
    const out = at('there.csv')
    writeFileSync(out, 'there')
    const infinite = [...Array.from({ length: 20 }, () => 'Bern,3'), 'Bern,Infinity'].join('\n')
    await expect(churn.predict_csv(`city,age\n${infinite}\n`, out, { bs: 8 })).rejects.toThrow(
      'Row 4 of the text, from row 16 on: age is Infinity; expected a finite number.',
    )
    await expect(churn.predict_csv('city,age,label\nBern,3,x\n', out)).rejects.toThrow(
      "the text has a column 'label', as what is predicted is called.",
    )
    await expect(churn.predict_csv('city,age\n', out)).rejects.toThrow('the text has no rows; expected some to predict.')
    await expect(churn.predict_csv('town,age\nBern,3\n', out)).rejects.toThrow("There is no column 'city' in the text.")
    await expect(churn.predict_csv('city,age\nBern,3\n', out, { keeps: [] } as never)).rejects.toThrow(
      'predict_csv has no option keeps. Did you mean keep?',
    )
    await expect(churn.predict_csv('city,age\nBern,3\n', dir)).rejects.toThrow(/^Cannot write/)
    expect([readFileSync(out, 'utf8'), readdirSync(dir).filter(name => name.endsWith('.tmp'))]).toEqual(['there', []])
    const other = new Learner(
      DataBunch.from_arrays({ x: [1, 2], y: new Float32Array([2, 4]), bs: 2 }),
      sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] }),
      quiet,
    )
    await expect((await load_learner(await other.exportFiles())).predict_csv('a\n1\n', out)).rejects.toThrow(
      'this model was not trained on one',
    )
  })
})

describe('a model of pictures', () => {
  const pictures = () => {
    const x = new Float32Array(8 * 36).map((_, i) => Math.sin(i))
    return DataBunch.from_arrays({
      x,
      y: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1),
      shape: [6, 6, 1],
      bs: 4,
      classes: ['three', 'seven'],
    })
  }

  it('opens in plain TensorFlow.js, with probabilities for logits', async () => {
    const learn = new Learner(pictures(), simple_cnn([1, 4, 2], { bn: true, seed: 1 }), quiet)
    await learn.fit(1e-2, 1)
    const files = await learn.exportFiles()
    const json = JSON.parse(new TextDecoder().decode(files['model.json']))
    const [paths, specs] = [json.weightsManifest[0].paths, json.weightsManifest[0].weights]
    const plain = await loadLayersModel(
      tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: specs, weightData: files[paths[0]]!.slice().buffer }),
    )
    const x = tf.randomNormal([2, 6, 6, 1], 0, 1, 'float32', 1)
    const [wanted, got] = [learn.predict(x), plain.predict(x)].map(each => [...(each as tf.Tensor).dataSync()])
    for (const [i, value] of got!.entries()) expect(value).toBeCloseTo(wanted![i]!, 5)
    const answers = (await (await load_learner(files)).predict(x)) as ClassAnswer[]
    expect(answers.map(({ probs }) => probs['seven'])).toEqual([wanted![1], wanted![3]].map(each => expect.closeTo(each!, 5)))
    expect(x.isDisposed).toBe(false)
  })

  it('answers one sample with one answer, and a batch with a list', async () => {
    const predictor = await load_learner(await new Learner(pictures(), simple_cnn([1, 2], { seed: 1 }), quiet).exportFiles())
    const one = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => [0.5]))
    expect(await predictor.predict(one)).toMatchObject({ label: expect.any(String) })
    expect(await predictor.predict([one, one])).toHaveLength(2)
  })
})

describe('files', () => {
  const learner = (loss?: object) =>
    new Learner(DataBunch.from_arrays({ x: [1, 2, 3, 4], y: new Float32Array([2, 4, 6, 8]), bs: 2 }), sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] }), {
      ...quiet,
      ...loss,
    }) // biome-ignore format: a table

  it('takes the place of an earlier export, and leaves none of its files', async () => {
    const learn = learner()
    await learn.export(at('twice'))
    await learn.fit(1e-2, 1)
    await learn.export(`${at('twice')}/`)
    expect(readdirSync(at('twice')).sort()).toEqual(['model.json', expect.stringMatching(/^weights-[0-9a-f]{8}\.bin$/)])
    const [value] = (learn.predict([3]) as tf.Tensor).dataSync()
    expect(await (await load_learner(at('twice/model.json'))).predict(3)).toEqual({ value: expect.closeTo(value!, 5) })
  })

  it('are taken as they were dropped on a page', async () => {
    const files = Object.entries(await learner().exportFiles()).map(([name, bytes]) => new File([bytes], name))
    expect(await (await load_learner(files)).predict(3)).toEqual({ value: expect.any(Number) })
    await expect(load_learner(files.slice(0, 1))).rejects.toThrow(/There is no model.json among the files: weights-/)
  })

  it.each([
    ['{', /it is not JSON/],
    ['{}', /it is no model.json of TensorFlow.js/],
    ['{"format":"layers-model","weightsManifest":[]}', /none that learn.export wrote. tf.loadLayersModel reads it/],
    [
      '{"format":"layers-model","weightsManifest":[],"userDefinedMetadata":{"onecycle":{"format":9,"outputs":[]}}}',
      /its format is 9, and this version/,
    ],
  ])('that are none of an export are refused: %s', async (text, message) => {
    writeFileSync(at('model.json'), text)
    await expect(load_learner(dir)).rejects.toThrow(message)
    await expect(load_learner(dir)).rejects.toThrow(`Cannot load ${dir}`)
  })

  it('are refused where weights are cut off', async () => {
    const files = await learner().exportFiles()
    const name = Object.keys(files).find(each => each.endsWith('.bin'))!
    await expect(load_learner({ ...files, [name]: files[name]!.subarray(0, 4) })).rejects.toThrow(/Cannot load the files/)
  })

  it('are not written for a loss whose activation nobody could repeat', async () => {
    const activation = (pred: tf.Tensor) => tf.mul(pred, 2)
    const loss = Object.assign((pred: tf.Tensor, target: tf.Tensor) => tf.mean(tf.squaredDifference(pred, target)), {
      activation,
    })
    await expect(learner({ loss }).export(at('never'))).rejects.toThrow(/activation of the loss given is a function of its own/)
    expect(() => readFileSync(at('never/model.json'))).toThrow()
  })
})
