import { withAnswers } from '@onecycle/platform'
import { TrainingLoop } from './training-loop.js'

/**
 * What fastai's and Keras's Learners, models and loops have, and what it is here. (Marked as deprecated, so that an editor strikes
 * them out where it lists the members of a Learner.)
 */
export const foreignNames = {
  // fastai 2
  /** @deprecated */ dls: 'learn.data',
  /** @deprecated */ cbs: 'learn.bus.callbacks, and learn.bus.add(callback)',
  /** @deprecated */ add_cb: 'learn.bus.add(callback)',
  /** @deprecated */ add_cbs: 'learn.bus.add(...callbacks)',
  /** @deprecated */ remove_cb: 'learn.bus.remove(callback)',
  /** @deprecated */ remove_cbs: 'learn.bus.remove(...callbacks)',
  /** @deprecated */ opt_func: 'new Learner(data, model, { optimizer })',
  /** @deprecated */ lr: "learn.opt.get('lr') and learn.opt.set('lr', rate)",
  /** @deprecated */ wd: "learn.opt.get('wd') and learn.opt.set('wd', value), or the option wd of a fit",
  /** @deprecated */ moms: "learn.opt.get('mom') and learn.opt.set('mom', momentum), or the option moms of fit_one_cycle",
  /** @deprecated */ smooth_loss: 'learn.recorder.smooth_loss',
  /** @deprecated */ no_bar: 'new Learner(data, model, { progress: false })',
  /** @deprecated */ no_logging: 'new Learner(data, model, { progress: false })',
  /** @deprecated */ one_batch: 'the first of learn.data.train_dl: for await (const batch of learn.data.train_dl)',
  // fastai 1
  /** @deprecated */ callbacks: 'learn.bus.callbacks, and learn.bus.add(callback)',
  /** @deprecated */ callback_fns: 'learn.bus.callbacks, and learn.bus.add(callback)',
  /** @deprecated */ layer_groups: 'learn.groups',
  /** @deprecated */ get_layer_groups: 'learn.groups',
  /** @deprecated */ split: 'new Learner(data, model, { layer_groups })',
  /** @deprecated */ fit_fc: 'learn.fit_flat_cos(epochs, lr)',
  /** @deprecated */ pred_batch: 'learn.predict(x)',
  /** @deprecated */ purge: 'learn.dispose()',
  /** @deprecated */ destroy: 'learn.dispose()',
  // fastai 0.7
  /** @deprecated */ crit: 'learn.loss_func',
  /** @deprecated */ set_data: 'learn.data = other',
  /** @deprecated */ unfreeze_to: 'learn.freeze_to(n)',
  /** @deprecated */ lr_find2: 'learn.lr_find()',
  /** @deprecated */ fit_opt_sched: 'learn.fit(lr, epochs, { callbacks: [new ParamScheduler({ lr: schedule })] })',
  /** @deprecated */ clip: 'a callback that changes learn.grads in after_backward',
  /** @deprecated */ bn_freeze: 'new Learner(data, model, { train_bn: false })',
  // Keras
  /** @deprecated */ compile: 'new Learner(data, model, { loss, optimizer, metrics })',
  /** @deprecated */ fit_generator: 'learn.fit(lr, epochs)',
  /** @deprecated */ fitDataset: 'learn.fit(lr, epochs)',
  /** @deprecated */ train_on_batch: 'learn.fit(lr, epochs)',
  /** @deprecated */ evaluate: 'learn.validate()',
  /** @deprecated */ evaluateDataset: 'learn.validate(dl)',
  /** @deprecated */ predict_classes: 'learn.predict(x), and argMax(-1) of it',
  /** @deprecated */ predict_proba: 'learn.predict(x)',
  /** @deprecated */ history: 'learn.recorder.history',
  /** @deprecated */ loss_fn: 'learn.loss_func',
  /** @deprecated */ optimizer: 'learn.opt',
  /** @deprecated */ stop_training: 'throw new CancelFit() in a callback',
  /** @deprecated */ stopTraining: 'throw new CancelFit() in a callback',
  /** @deprecated */ get_weights: 'learn.getWeights()',
  /** @deprecated */ set_weights: 'learn.setWeights(weights)',
  /** @deprecated */ layers: 'learn.model.layers',
  /** @deprecated */ save_weights: 'learn.save(path, { with_opt: false })',
  /** @deprecated */ saveWeights: 'learn.save(path, { with_opt: false })',
  /** @deprecated */ load_weights: 'learn.load(path, { with_opt: false })',
  /** @deprecated */ loadWeights: 'learn.load(path, { with_opt: false })',
} as const

/** The training loop, answering to these names. (Made here, where declarations keep the marks.) */
export const AnsweringLoop = withAnswers(TrainingLoop, foreignNames)
