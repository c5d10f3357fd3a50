/** What optimizers of fastai, PyTorch and TensorFlow.js have, and what it is here: set there, it would change nothing. */
export const foreignNames = {
  lr: "learn.opt.get('lr'), one rate a layer group, and learn.opt.set('lr', rate)",
  learning_rate: "learn.opt.get('lr'), one rate a layer group, and learn.opt.set('lr', rate)",
  learningRate: "learn.opt.get('lr'), one rate a layer group, and learn.opt.set('lr', rate)",
  setLearningRate: "learn.opt.set('lr', rate)",
  mom: "learn.opt.get('mom') and learn.opt.set('mom', momentum)",
  momentum: "learn.opt.get('mom') and learn.opt.set('mom', momentum)",
  beta: "learn.opt.get('sqr_mom') and learn.opt.set('sqr_mom', value)",
  wd: "learn.opt.get('wd') and learn.opt.set('wd', value)",
  hypers: 'learn.opt.names, and learn.opt.get(name) for each',
  set_hyper: 'learn.opt.set(name, value)',
  set_hypers: 'learn.opt.set(name, value)',
  param_groups: 'learn.groups, and learn.opt.get(name) for their hyper-parameters',
  zero_grad: 'nothing to call: each batch has gradients of its own',
} as const
