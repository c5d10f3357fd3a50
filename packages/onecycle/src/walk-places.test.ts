// Alone: it counts all tensors, and importing the umbrella would start another backend.
import '@tensorflow/tfjs-backend-cpu'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, expect, it } from 'vitest'
import type { TrainableModel } from './index.js'
import { Walk } from './testing/walk.js'

await tf.setBackend('cpu')
const onecycle = await import('./index.js')
const { DataBunch, Learner, SchedNo, sgd, torch } = onecycle

const folder = mkdtempSync(join(tmpdir(), 'onecycle-'))
afterAll(() => rmSync(folder, { recursive: true }))

const x = [1, 2, 3, 4].map(a => [a, -a])
const y = [0, 1, 0, 1]

it('no other place of a call fails in the words of the engine, nor what is nested there', async () => {
  await tf.setBackend('cpu')
  const walk = new Walk()
  const before = tf.memory().numTensors
  const net = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), layers.dense({ units: 2 })] })
  const data = DataBunch.from_arrays({ x, y, valid: { x, y }, bs: 2 })
  const quiet = { progress: false, log: false } as const
  const learn = new Learner(data, net, { ...quiet, layer_groups: 1 })
  const history = await learn.fit(1e-2, 1)
  const set = data.train_ds!
  const xs = tf.tensor2d(x)
  const ys = tf.tensor1d(y, 'int32')
  const at = join(folder, 'x')
  await learn.save(at)
  const train = { async *[Symbol.asyncIterator]() {} }
  const tensor = tf.zeros([2, 2])
  const nested = (value: unknown) => [value, [value], [[value]], { a: value }]

  /** A fit with such options, after which nothing is left. */
  const attempt = async (options: object, model: TrainableModel | typeof net = net) => {
    const learner = new Learner(data, model, { ...quiet, ...options })
    try {
      await learner.fit(1e-2, 1)
    } finally {
      learner.dispose()
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever plain JavaScript passes
  const places: Record<string, (v: any) => unknown> = {
    'new Learner(data, v)': v => new Learner(data, v, quiet),
    'new Learner(data, model, v)': v => new Learner(data, net, v),
    'loss: v': v => new Learner(data, net, { ...quiet, loss: v }),
    'metrics: v': v => new Learner(data, net, { ...quiet, metrics: v }),
    'optimizer: v': v => new Learner(data, net, { ...quiet, optimizer: v }),
    'callbacks: v': v => new Learner(data, net, { ...quiet, callbacks: v }),
    'layer_groups: v': v => new Learner(data, net, { ...quiet, layer_groups: v }),
    'layer_groups: () => v': v => new Learner(data, net, { ...quiet, layer_groups: () => v }),
    'progress: v': v => new Learner(data, net, { ...quiet, progress: v }),
    'wd: v': v => new Learner(data, net, { ...quiet, wd: v }),
    'fit(v, 1)': v => learn.fit(v, 1),
    'fit(1e-2, v)': v => learn.fit(1e-2, v),
    'fit(1e-2, 1, v)': v => learn.fit(1e-2, 1, v),
    'fit({ epochs: v, lr })': v => learn.fit({ epochs: v, lr: 0.1 }),
    'fit({ epochs, lr: v })': v => learn.fit({ epochs: 1, lr: v }),
    'fit with callbacks: v': v => learn.fit(1e-2, 1, { callbacks: v }),
    'fit with wd: v': v => learn.fit(1e-2, 1, { wd: v }),
    'fit with start_epoch: v': v => learn.fit(1e-2, 1, { start_epoch: v }),
    'fit with signal: v': v => learn.fit(1e-2, 1, { signal: v }),
    'fit with use_clr: v': v => learn.fit(1e-2, 1, { cycle_len: 1, use_clr: v }),
    'fit_one_cycle(1, v)': v => learn.fit_one_cycle(1, v),
    'fit_one_cycle with moms: v': v => learn.fit_one_cycle(1, 1e-2, { moms: v }),
    'fit_one_cycle with form: v': v => learn.fit_one_cycle(1, 1e-2, { form: v }),
    'fit_flat_cos(1, v)': v => learn.fit_flat_cos(1, v),
    'fit_sgdr(1, v)': v => learn.fit_sgdr(1, v),
    'fit_sgdr(1, 1, v)': v => learn.fit_sgdr(1, 1, v),
    'fine_tune(1, v)': v => learn.fine_tune(1, v),
    'lr_find with start_lr: v': v => learn.lr_find({ start_lr: v, num_it: 3 }),
    'lr_find with form: v': v => learn.lr_find({ form: v, num_it: 3 }),
    'lr_find with suggestion: v': v => learn.lr_find({ suggestion: v, num_it: 3 }),
    'predict(v)': v => learn.predict(v),
    'save(path, v)': v => learn.save(at, v),
    'save with metadata: v': v => learn.save(at, { metadata: v }),
    'load(path, v)': v => learn.load(at, v),
    'load(v)': v => learn.load(v),
    'metadataOf(v)': v => learn.metadataOf(v),
    'toBytes(v)': v => learn.toBytes(v),
    "opt.set('lr', v)": v => learn.opt.set('lr', v),
    'opt.step({ a: v })': v => learn.opt.step({ a: v }),
    'opt.load({ rule, hyper: v })': v => learn.opt.load({ rule: learn.opt.rule, hyper: v, parameters: {} }),
    'opt.load with parameters: v': v => learn.opt.load({ rule: learn.opt.rule, hyper: { lr: [1, 1], mom: [0, 0], sqr_mom: [0, 0], eps: [1, 1], wd: [0, 0] }, parameters: v }),
    'setWeights({ a: v })': v => learn.setWeights({ a: v }),
    'x: v': v => DataBunch.from_arrays({ x: v, y, bs: 2 }),
    'y: v': v => DataBunch.from_arrays({ x, y: v, bs: 2 }),
    'shape: v': v => DataBunch.from_arrays({ x: new Float32Array(4), y, shape: v, bs: 2 }),
    'shape of names: v': v => DataBunch.from_arrays({ x: { a: y }, y, shape: v, bs: 2 }),
    'targetShape: v': v => DataBunch.from_arrays({ x, y, targetShape: v, bs: 2 }),
    'classes: v': v => DataBunch.from_arrays({ x, y, classes: v, bs: 2 }),
    'valid: v': v => DataBunch.from_arrays({ x, y, valid: v, bs: 2 }),
    'valid: { x: v, y }': v => DataBunch.from_arrays({ x, y, valid: { x: v, y }, bs: 2 }),
    'valid: { x, y: v }': v => DataBunch.from_arrays({ x, y, valid: { x, y: v }, bs: 2 }),
    'tensors x: v': v => DataBunch.from_tensors({ x: v, y: ys, bs: 2 }),
    'tensors y: v': v => DataBunch.from_tensors({ x: xs, y: v, bs: 2 }),
    'tensors valid: v': v => DataBunch.from_tensors({ x: xs, y: ys, valid: v, bs: 2 }),
    'from_datasets(set, v)': v => DataBunch.from_datasets(set, v, { bs: 2 }),
    'from_datasets(set, set, v)': v => DataBunch.from_datasets(set, set, v),
    'what a source gives': v => DataBunch.from_tfdata({ train: { async *[Symbol.asyncIterator]() { yield v } }, bs: 1, length: 1 }),
    'what a source gives for xs and ys': v => DataBunch.from_tfdata({ train: { async *[Symbol.asyncIterator]() { yield { xs: v, ys: v } } }, bs: 1, length: 1 }),
    'from_tfdata, valid: v': v => DataBunch.from_tfdata({ train, valid: v, bs: 1, length: 1 }),
    'new DataLoader(set, v)': v => new onecycle.DataLoader(set, v),
    'sampler: v': v => tf.dispose([...new onecycle.DataLoader(set, { sampler: v })].flatMap(({ xs, ys }) => [xs, ys].flat())),
    'new Subset(set, v)': v => new onecycle.Subset(set, v),
    'new Column(array, v)': v => new onecycle.Column(new Float32Array(4), v),
    'Column of shape v': v => new onecycle.Column(new Float32Array(4), { shape: v }),
    'randomSplit(4, v)': v => onecycle.randomSplit(4, v),
    'randomSplit(4, 0.5, v)': v => onecycle.randomSplit(4, 0.5, v),
    'lookahead(sgd(), v)': v => onecycle.lookahead(sgd(), v),
    'sgd()(v)': v => sgd()(v),
    'sgd()([[v]])': v => sgd()([[v]]),
    'sgd()(groups, v)': v => sgd()(learn.groups, v),
    'ruleFactory with transforms: v': v => onecycle.ruleFactory({ name: 'a', hyper: {}, transforms: v }),
    'ruleFactory with hyper: v': v => onecycle.ruleFactory({ name: 'a', hyper: v, transforms: [] }),
    'simple_cnn([1, 2], v)': v => onecycle.simple_cnn([1, 2], v),
    'simple_cnn with strides: v': v => onecycle.simple_cnn([1, 2], { strides: v }),
    'mse(tensor, v)': v => onecycle.mse(xs, v),
    'cross_entropy(tensor, v)': v => onecycle.cross_entropy(xs, v),
    'accuracy(tensor, v)': v => onecycle.accuracy(xs, v),
    'top_k_accuracy()(v, v)': v => onecycle.top_k_accuracy()(v, v),
    'accuracy_thresh()(v, v)': v => onecycle.accuracy_thresh()(v, v),
    'new AverageMetric(mse, v)': v => new onecycle.AverageMetric(onecycle.mse, v),
    'SchedNo(1)(v, v)': v => SchedNo(1)(v, v),
    'one_cycle()(v, v)': v => onecycle.one_cycle({ lr_max: 1 }).lr(v, v),
    'cyclic_lr with scale_fn: () => v': v => onecycle.cyclic_lr({ scale_fn: () => v })(1, 2),
    'lr_find_stop()(v)': v => onecycle.lr_find_stop()(v),
    'combine_scheds([1], v)': v => onecycle.combine_scheds([1], v),
    'combine_scheds(v, [sched])': v => onecycle.combine_scheds(v, [SchedNo(1)]),
    'group_rates(v, 2)': v => onecycle.group_rates(v, 2),
    'group_rates(1, v)': v => onecycle.group_rates(1, v),
    'slice(v, 1)': v => onecycle.group_rates(onecycle.slice(v, 1), 2),
    'general_sched([v])': v => onecycle.general_sched([v]),
    'general_sched of params v': v => onecycle.general_sched([{ length: 1, params: v }]),
    'new ParamScheduler({ lr: v })': v => new onecycle.ParamScheduler({ lr: v }),
    'new ParamScheduler(v) in a fit': v => learn.fit(1e-2, 1, { callbacks: new onecycle.ParamScheduler({ wd: () => v }) }),
    'new OneCycleScheduler({ lr_max: v }) in a fit': v => learn.fit(1e-2, 1, { callbacks: new onecycle.OneCycleScheduler({ lr_max: v }) }),
    'new SaveModel(v) in a fit': v => learn.fit(1e-2, 1, { callbacks: new onecycle.SaveModel(v, { log: () => {} }) }),
    'monitor: v in a fit': v => learn.fit(1e-2, 1, { callbacks: new onecycle.EarlyStopping({ monitor: v, log: () => {} }) }),
    'what a metric gives': v => attempt({ metrics: Object.defineProperty(() => v, 'name', { value: 'given' }) }),
    'what a loss gives': v => attempt({ loss: () => v }),
    'what a model gives': v => attempt({ loss: onecycle.mse }, { apply: () => v, trainableWeights: net.trainableWeights }),
    'new CyclicLR(), reset(v)': v => new onecycle.CyclicLR().reset(1e-3, v),
    'torch.OneCycleLR, total_steps: v': v => torch.OneCycleLR({ max_lr: 1, total_steps: v }),
    'compare_losses({ a: v })': v => onecycle.compare_losses({ a: v }, { show: false }),
    'compare_losses(runs, v)': v => onecycle.compare_losses({ history }, v),
    'plot_schedule({ lr: v })': v => onecycle.plot_schedule({ lr: v }, { steps: 3, show: false }),
    'plot_schedule(sched, v)': v => onecycle.plot_schedule(SchedNo(1), v),
    'plot_range_test({ lr: v, loss: v })': v => onecycle.plot_range_test({ lr: v, loss: v }, { show: false }),
    'report with sections: [v]': v => onecycle.report({ title: 'a', sections: [v] }).html(),
    'report with a table: v': v => onecycle.report({ title: 'a', sections: [{ title: 'a', table: v }] }).html(),
    'report with plots: v': v => onecycle.report({ title: 'a', sections: [{ title: 'a', plots: v }] }).html(),
    'new Plot({ panels: v })': v => new onecycle.Plot({ panels: v }),
    'heatPanel of values v': v => onecycle.heatPanel({ x: { label: 'x' }, y: { label: 'y' }, values: v }),
    'heatPanel of values [v]': v => onecycle.heatPanel({ x: { label: 'x' }, y: { label: 'y' }, values: [v] }),
    'heatPanel with categories: v': v => onecycle.heatPanel({ x: { label: 'x', categories: v }, y: { label: 'y' }, values: [[1]] }),
    'barPanel of bars { a: v }': v => onecycle.barPanel({ x: { label: 'x', categories: ['a'] }, y: { label: 'y' }, bars: { a: v } }),
    'new Plot({ panels: [v] })': v => new onecycle.Plot({ panels: [v] }),
    'writeWhole(path, v)': v => onecycle.writeWhole(join(folder, 'whole'), v),
    'parseIdx(bytes, v)': v => onecycle.parseIdx(new Uint8Array(2), v),
    'emptyHistory([v])': v => onecycle.emptyHistory([v]),
    'valley([1], v)': v => onecycle.valley([1], v),
  } // biome-ignore format: a table

  const foreign: [string, unknown][] = [undefined, null, Number.NaN, -1, 0.5, '', 'x', true, 1n].map(value => [
    String(value),
    value,
  ])
  foreign.push(['() => {}', () => {}], ['a class', class {}], ['a symbol', Symbol('s')], ['a map', new Map()])
  foreign.push(['a promise', Promise.resolve(1)], ['a tensor', tensor], ['data', data], ['an array', new Float32Array(3)])
  for (const [place, call] of Object.entries(places))
    for (const [shown, value] of foreign) {
      // The loop owns the tensors that it is given, and disposes them.
      if (place.startsWith('what') && shown === 'a tensor') continue
      for (const [depth, each] of nested(value).entries())
        await walk.call(`${place} with ${shown}, nested ${depth} deep`, () => call(each), each)
    }
  console.log(`walked ${walk.calls} calls in further places of the public API`)
  expect(walk.wrong).toEqual([])
  expect(walk.refused).toBeGreaterThan(5000)
  learn.dispose()
  net.dispose()
  tf.dispose([xs, ys, tensor])
  expect(tf.memory().numTensors).toBe(before)
})
