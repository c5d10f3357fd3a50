// Alone: it counts all tensors, and importing the umbrella would start another backend.
import '@tensorflow/tfjs-backend-cpu'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Foreign, Walk } from './testing/walk.js'

// The backend is chosen first: importing the umbrella would start another.
await tf.setBackend('cpu')
const onecycle = await import('./index.js')
const { DataBunch, Learner, datasets, torch } = onecycle

const folder = mkdtempSync(join(tmpdir(), 'onecycle-'))
afterAll(() => rmSync(folder, { recursive: true }))

let calls = 0
afterAll(() => console.log(`walked ${calls} calls of the public API`))

const x = [1, 2, 3, 4].map(a => [a, -a])
const y = [0, 1, 0, 1]
const data = () => DataBunch.from_arrays({ x, y, valid: { x, y }, bs: 2 })
const model = () => sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] })
const quiet = { progress: false, log: false } as const
const column = () => new onecycle.Column(new Float32Array(4), { shape: [2] })
const dataset = () => new onecycle.ArrayDataset({ x: column(), y: new onecycle.Column(new Int32Array(2)) })
const rows = [
  { a: 1.5, b: 'x' },
  { a: 2, b: 'y' },
]

let foreign: Foreign[]
beforeAll(async () => {
  await tf.setBackend('cpu')
  foreign = [
    ...[undefined, null, Number.NaN, -1, 0.5, '', true, 1n].map((value): Foreign => [String(value), value]),
    ['a path', join(folder, 'x')],
    ['[]', []],
    ['[null]', [null]],
    ["['x']", ['x']],
    ['{}', {}],
    ['{ a: { b: [{}] } }', { a: { b: [{}] } }],
    ['() => {}', () => {}],
    ['a class', class {}],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['a promise', Promise.resolve(1)],
    ['a tensor', tf.zeros([2, 2])],
    ['a DataBunch', data()],
    ['a Float32Array', new Float32Array(3)],
  ]
})

const names = (text: string) => new Set(text.split(' '))

/** The arithmetic of the inner loop, and errors that the loop makes. */
const inner = names('TrainingLoop DivergedError InterruptedError')
/** They take seconds where nothing is wrong: data is loaded, every backend started. */
const slow = names('mnist mnist_sample flights diagnose')
/** Signals, whose argument is an Error's own. */
const signals = /^Cancel/

it('no function or class fails in the words of the engine', async () => {
  const walk = new Walk()
  const before = tf.memory().numTensors
  for (const [name, value] of Object.entries({ ...onecycle, ...torch, ...datasets, ...onecycle.tfms })) {
    if (typeof value !== 'function' || inner.has(name) || signals.test(name)) continue
    const isClass = /^class\b/.test(String(value))
    // biome-ignore lint/suspicious/noExplicitAny: whatever plain JavaScript passes
    const run = (...args: unknown[]) => (isClass ? new (value as any)(...args) : (value as any)(...args))
    const valid = ['undefined', '{}']
    await walk.values(name, run, slow.has(name) ? foreign.filter(([shown]) => !valid.includes(shown)) : foreign)
  }
  calls += walk.calls
  expect(walk.wrong).toEqual([])
  expect(walk.refused).toBeGreaterThan(3000)
  expect(tf.memory().numTensors).toBe(before)
})

/** Called by the loop: events, what is protected, and what a tracker is told by its callback. */
const told = names(
  'run measure validation own disposeBatch letOthersRun assign schedulesFor begin improves keep exhausted worthwhile log follow take check figure columns left numbers joined together',
)
/** They take no arguments, and draw. */
const drawing = names('svg html toString dispose')

it('no method does', async () => {
  const walk = new Walk()
  const before = tf.memory().numTensors
  const net = model()
  const learn = new Learner(data(), net, quiet)
  const profiler = new onecycle.Profiler()
  const [activations, gradients] = [new onecycle.ActivationStats({ with_hist: true }), new onecycle.GradientStats()]
  await learn.fit(1e-2, 1, { callbacks: [activations, gradients, profiler] })
  await learn.lr_find({ num_it: 20 })
  const { from_arrays, from_datasets, from_tensors, from_tfdata } = DataBunch
  const subjects: Record<string, object> = {
    learn,
    data: learn.data,
    DataBunch: { from_arrays, from_datasets, from_tensors, from_tfdata },
    recorder: learn.recorder,
    plot: learn.recorder.plot_losses({ show: false }),
    opt: learn.opt,
    bus: learn.bus,
    report: onecycle.report({ title: 'walk', sections: [] }),
    cyclic: new onecycle.CyclicLR(),
    scheduler: new onecycle.ParamScheduler({ lr: onecycle.SchedNo(1) }),
    oneCycle: new onecycle.OneCycleScheduler({ lr_max: 1 }),
    stopping: new onecycle.EarlyStopping(),
    saving: new onecycle.SaveModel(learn, { log: () => {} }),
    plateau: new onecycle.ReduceLROnPlateau(),
    average: new onecycle.WeightAverage(),
    accumulation: new onecycle.GradientAccumulation(),
    ema: new onecycle.EMA(),
    often: new onecycle.ValidateEvery({ batches: 1 }),
    swa: new onecycle.SWA(),
    random: new onecycle.Random(1),
    shuffled: new onecycle.RandomSampler(4),
    ordered: new onecycle.SequentialSampler(4),
    loader: new onecycle.DataLoader(dataset()),
    dataset: dataset(),
    subset: new onecycle.Subset(dataset(), new Int32Array(1)),
    column: column(),
    smooth: new onecycle.SmoothenValue(),
    metric: new onecycle.AverageMetric(onecycle.mse),
    rmse: new onecycle.RootMeanSquaredError(),
    f1: new onecycle.F1Score(),
    auc: new onecycle.RocAuc(),
    r2: new onecycle.R2Score(),
    perplexity: new onecycle.Perplexity(),
    interp: await onecycle.ClassificationInterpretation.from_learner(learn),
    importance: await onecycle.feature_importance(learn, { n_repeats: 1 }),
    stock: new onecycle.StockOptimizer(tf.train.sgd(1)),
    bar: new onecycle.ProgressBar({ quiet: true }),
  }
  const except = new Set<string>([...onecycle.events, ...told, ...drawing])
  for (const [name, subject] of Object.entries(subjects)) await walk.methods(name, subject, foreign, except)
  calls += walk.calls
  expect(walk.wrong).toEqual([])
  expect(walk.refused).toBeGreaterThan(2000)
  learn.dispose()
  net.dispose()
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1) // the rate of tf.train.sgd
})

it('every door refuses a misspelt option, and a value that is of no kind it has, by its name', async () => {
  const walk = new Walk()
  const before = tf.memory().numTensors
  const net = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), layers.dense({ units: 2 })] })
  const learn = new Learner(data(), net, { ...quiet, layer_groups: 1 })
  const profiler = new onecycle.Profiler()
  const [activations, gradients] = [new onecycle.ActivationStats({ with_hist: true }), new onecycle.GradientStats()]
  await learn.fit(1e-2, 1, { callbacks: [activations, gradients, profiler] })
  await learn.lr_find({ num_it: 20 })
  const { recorder } = learn
  const plot = recorder.plot_losses({ show: false })
  const history = { one: recorder.history }
  const xs = tf.tensor2d(x)
  const ys = tf.tensor1d(y, 'int32')
  const train = { async *[Symbol.asyncIterator]() {} }
  const lr = 0.1
  const at = join(folder, 'door')
  const { adagrad, adam, adamax, adamw, lamb, larc, lars, nadam, qhadam, radam, ranger, rmsprop, sgd, lookahead, momentum } =
    onecycle
  const optimizers = { adagrad, adam, adamax, adamw, lamb, larc, lars, nadam, qhadam, radam, ranger, rmsprop, sgd, momentum }
  const { accuracy_thresh, cos_anneal, cyclic_lr, fine_tune, fit07, fit_fc, flat_cos, lr_find_stop, lr_range, one_cycle } =
    onecycle
  const made = onecycle as unknown as Record<string, new (...args: unknown[]) => object>
  const build =
    (name: string, ...first: unknown[]) =>
    (options: object) =>
      new made[name]!(...first, options)

  const doors: Record<string, (options: object) => unknown> = {
    ...Object.fromEntries(Object.entries({ ...optimizers, accuracy_thresh, cyclic_lr, fit_fc, lr_find_stop, lr_range })),
    lookahead: options => lookahead(sgd(), options),
    cos_anneal: options => cos_anneal({ lr, ...options }),
    fine_tune: options => fine_tune({ epochs: 1, ...options }),
    fit07: options => fit07({ lrs: lr, n_cycle: 1, ...options }, 4),
    flat_cos: options => flat_cos({ lr, ...options }),
    one_cycle: options => one_cycle({ lr_max: lr, ...options }),
    sgdr: options => onecycle.sgdr({ lr_max: lr, n_cycles: 1, cycle_len: 1, ...options }),
    use_clr: options => onecycle.use_clr({ lr, use_clr: [32, 5], ...options }),
    use_clr_beta: options => onecycle.use_clr_beta({ lr, use_clr_beta: [10, 10], ...options }),
    wd_sched07: options => onecycle.wd_sched07({ wds: 0.1, n_cycle: 1, ...options }, 4),
    'torch.OneCycleLR': options => torch.OneCycleLR({ max_lr: lr, epochs: 1, steps_per_epoch: 4, ...options }),
    'torch.CyclicLR': options => torch.CyclicLR({ base_lr: lr, max_lr: 1, ...options }),
    'torch.CosineAnnealingLR': options => torch.CosineAnnealingLR({ lr, T_max: 3, ...options }),
    'torch.CosineAnnealingWarmRestarts': options => torch.CosineAnnealingWarmRestarts({ lr, T_0: 3, ...options }),
    ParamScheduler: build('ParamScheduler', { lr: onecycle.SchedNo(1) }),
    OneCycleScheduler: build('OneCycleScheduler'),
    CyclicLR: build('CyclicLR'),
    EarlyStopping: build('EarlyStopping'),
    ReduceLROnPlateau: build('ReduceLROnPlateau'),
    SaveModel: build('SaveModel', learn),
    TerminateOnNaN: build('TerminateOnNaN'),
    Monitor: build('Monitor'),
    WeightAverage: build('WeightAverage'),
    MixUp: build('MixUp'),
    ShortEpoch: build('ShortEpoch'),
    GradientStats: build('GradientStats'),
    ActivationStats: build('ActivationStats'),
    JumpGuard: build('JumpGuard'),
    LeakGuard: build('LeakGuard'),
    plot_time: options => profiler.plot_time({ show: false, ...options }),
    color_dim: options => activations.color_dim(0, { show: false, ...options }),
    plot_layer_stats: options => activations.plot_layer_stats(0, { show: false, ...options }),
    plot_norms: options => gradients.plot_norms({ show: false, ...options }),
    FitLimit: options => build('FitLimit')({ maxSteps: 1, ...options }),
    ValidateEvery: options => build('ValidateEvery')({ batches: 1, ...options }),
    overfit: options => onecycle.overfit(learn, { steps: 2, ...options }),
    dryRun: options => onecycle.dryRun(learn, options),
    CutMix: build('CutMix'),
    focal_loss: options => onecycle.focal_loss(options),
    label_smoothing: options => onecycle.label_smoothing_cross_entropy(options),
    weighted_cross_entropy: options => onecycle.weighted_cross_entropy({ weight: [1, 2], ...options }),
    EMA: build('EMA'),
    SWA: build('SWA'),
    GradientAccumulation: build('GradientAccumulation'),
    GradientClip: build('GradientClip'),
    AverageMetric: build('AverageMetric', onecycle.mse),
    ProgressBar: build('ProgressBar'),
    Column: build('Column', new Float32Array(4)),
    ArrayDataset: options => build('ArrayDataset')({ x: column(), y: new onecycle.Column(new Int32Array(2)), ...options }),
    DataLoader: build('DataLoader', dataset()),
    TfDataStream: options => build('TfDataStream', train)({ bs: 1, length: 1, ...options }),
    ConvLayer: options => build('ConvLayer')({ filters: 1, ...options }),
    simple_cnn: options => onecycle.simple_cnn([1, 2], options),
    useBackend: options => onecycle.useBackend({ prefer: 'cpu', log: false, ...options }),
    'datasets.iris': options => datasets.iris(options),
    'datasets.mnist': options => datasets.mnist({ folder: at, ...options }),
    'datasets.mnist_sample': options => datasets.mnist_sample({ folder: at, ...options }),
    'datasets.penguins': options => datasets.penguins({ folder: at, ...options }),
    'datasets.flights': options => datasets.flights({ folder: at, ...options }),
    'datasets.cars': options => datasets.cars({ folder: at, ...options }),
    'datasets.spam': options => datasets.spam({ folder: at, ...options }),
    'datasets.fashionMnist': options => datasets.fashionMnist({ folder: at, ...options }),
    get_transforms: options => onecycle.get_transforms(options),
    ImageBlock: options => onecycle.ImageBlock(options),
    MaskBlock: options => onecycle.MaskBlock({ codes: ['a', 'b'], ...options }),
    PointBlock: options => onecycle.PointBlock(options),
    RandomSplitter: options => onecycle.RandomSplitter(options),
    GrandparentSplitter: options => onecycle.GrandparentSplitter(options),
    DataBlock: options => build('DataBlock')({ blocks: [onecycle.ImageBlock()], ...options }),
    ...Object.fromEntries(
      Object.entries(onecycle.tfms).map(([name, make]) => [
        `tfms.${name}`,
        name === 'Resize' || name === 'RandomResizedCrop'
          ? (options: object) => onecycle.tfms[name](8, options)
          : (make as (options: object) => unknown),
      ]),
    ),
    'ImageDataBunch.from_folder': options => onecycle.ImageDataBunch.from_folder(at, options),
    'ImageDataBunch.from_csv': options => onecycle.ImageDataBunch.from_csv(at, options),
    'ImageDataBunch.from_df': options => onecycle.ImageDataBunch.from_df(at, rows, options),
    'ImageDataBunch.from_lists': options => onecycle.ImageDataBunch.from_lists(at, ['a', 'b'], [0, 1], options),
    'ImageDataBunch.from_arrays': options =>
      onecycle.ImageDataBunch.from_arrays({
        x: new Uint8Array(12),
        y: [0, 1, 0],
        shape: [2, 2],
        valid_pct: 0.4,
        bs: 1,
        ...options,
      }),
    'TabularDataBunch.from_df': options => onecycle.TabularDataBunch.from_df(rows, { y: 'b', bs: 1, valid_pct: 0.5, ...options }),
    'TabularDataBunch.from_csv': options =>
      onecycle.TabularDataBunch.from_csv('a,b\n1,x\n2,y\n', { y: 'b', bs: 1, valid_pct: 0.5, ...options }),
    readTable: options => onecycle.readTable('a,b\n1,x\n', options),
    fromQuery: options => onecycle.fromQuery('select 1 as one', options),
    'Table.from_rows': options => onecycle.Table.from_rows(rows, options),
    'Table.from_columns': options => onecycle.Table.from_columns({ a: [1] }, options),
    add_datepart: options => onecycle.add_datepart(onecycle.Table.from_rows([{ day: new Date(0) }]), 'day', options),
    cont_cat_split: options => onecycle.cont_cat_split(onecycle.Table.from_rows(rows), options),
    FillMissing: build('FillMissing'),
    WeightedSampler: build('WeightedSampler', [1, 2]),
    pad_collate: options => onecycle.pad_collate(options),
    SortishSampler: build('SortishSampler', [1, 2]),
    'shard of DataLoader': options => build('DataLoader', dataset())({ shard: { rank: 0, size: 1, ...options } }),
    kFold: options => onecycle.kFold(4, 2, options),
    from_arrays: options => DataBunch.from_arrays({ x, y, bs: 2, ...options }),
    'valid of from_arrays': options => DataBunch.from_arrays({ x, y, bs: 2, valid: { x, y, ...options } }),
    from_tensors: options => DataBunch.from_tensors({ x: xs, y: ys, bs: 2, ...options }),
    from_datasets: options => DataBunch.from_datasets(dataset(), undefined, { bs: 1, ...options }),
    from_tfdata: options => DataBunch.from_tfdata({ train, bs: 1, length: 1, ...options }),
    Learner: options => new Learner(data(), net, { ...quiet, ...options }),
    fit: options => learn.fit(lr, 1, options),
    'fit({ ... })': options => learn.fit({ epochs: 1, lr, ...options }),
    fit_one_cycle: options => learn.fit_one_cycle(1, lr, options),
    fit_flat_cos: options => learn.fit_flat_cos(1, lr, options),
    fit_sgdr: options => learn.fit_sgdr(1, 1, lr, options),
    'learn.fine_tune': options => learn.fine_tune(1, lr, options),
    lr_find: options => learn.lr_find(options),
    save: options => learn.save(at, options),
    toBytes: options => learn.toBytes(options),
    load: options => learn.load(at, options),
    plot: options => recorder.plot({ show: false, ...options }),
    plot_lr: options => recorder.plot_lr({ show: false, ...options }),
    plot_losses: options => recorder.plot_losses({ show: false, ...options }),
    plot_metrics: options => recorder.plot_metrics({ show: false, ...options }),
    draw: options => plot.draw(options),
    text: options => plot.text(options),
    heatPanel: options => onecycle.heatPanel({ x: { label: 'x' }, y: { label: 'y' }, values: [[1]], ...options }),
    'an axis of heatPanel': options => onecycle.heatPanel({ x: options, y: { label: 'y' }, values: [[1]] } as never),
    barPanel: options =>
      onecycle.barPanel({ x: { label: 'x', categories: ['a'] }, y: { label: 'y' }, bars: { a: [1] }, ...options }),
    png: options => plot.png(options),
    report: options => onecycle.report({ title: 'walk', sections: [], ...options } as never),
    'a section of report': options => onecycle.report({ title: 'walk', sections: [{ title: 'one', ...options }] }),
    compare_losses: options => onecycle.compare_losses(history, options),
    compare_metrics: options => onecycle.compare_metrics(history, options),
    compare_schedules: options => onecycle.compare_schedules(history, options),
    plot_schedule: options => onecycle.plot_schedule(onecycle.SchedNo(1), { steps: 3, show: false, ...options }),
    plot_range_test: options => onecycle.plot_range_test({ lr: [1, 2], loss: [1, 2] }, { show: false, ...options }),
  }
  await learn.save(at)
  for (const [name, door] of Object.entries(doors)) await walk.options(name, door)
  calls += walk.calls
  expect(walk.wrong).toEqual([])
  learn.dispose()
  tf.dispose([xs, ys])
  net.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
