/** What fastai, Keras and PyTorch call an option, and what it is called here, in one call or the other. */
const meant = new Map<string, readonly string[]>([
  ['betas', ['mom', 'sqr_mom']],
  ['beta1', ['mom']],
  ['beta_1', ['mom']],
  ['beta2', ['sqr_mom']],
  ['beta_2', ['sqr_mom']],
  ['rho', ['sqr_mom']],
  ['momentum', ['mom']],
  ['momenta', ['moms']],
  ['epsilon', ['eps']],
  ['decay', ['wd']],
  ['weight_decay', ['wd']],
  ['learning_rate', ['lr']],
  ['learningRate', ['lr']],
  ['max_lr', ['lr_max']],
  ['cbs', ['callbacks']],
  ['opt_func', ['optimizer']],
  ['opt', ['optimizer']],
  ['loss_func', ['loss']],
  ['crit', ['loss']],
  ['splitter', ['layer_groups']],
  ['batch_size', ['bs']],
  ['batchSize', ['bs']],
  ['validation_split', ['valid_pct']],
  ['validationSplit', ['valid_pct']],
  ['validation_data', ['valid']],
  ['validationData', ['valid']],
  ['show_moms', ['showMoms']],
  ['skip_start', ['skipStart']],
  ['skip_end', ['skipEnd']],
  ['n_skip', ['skipStart']],
  ['n_skip_end', ['skipEnd']],
  ['restore_best_weights', ['restore_best']],
  ['initial_value_threshold', ['best']],
  ['filepath', ['fname']],
  ['filename', ['fname']],
  ['name', ['fname']],
  ['every', ['every_epoch']],
  ['save_freq', ['every_epoch']],
  ['every_n_epochs', ['every_epoch']],
  ['save_optimizer', ['with_opt']],
  ['loss', ['train_loss']],
  ['trn_loss', ['train_loss']],
  ['val_loss', ['valid_loss']],
  ['acc', ['accuracy']],
  ['val_acc', ['accuracy']],
  ['val_accuracy', ['accuracy']],
])

/** What another system's name for an option is called by a call that knows these names. */
export function foreignName(name: string, known: readonly string[]): string | undefined {
  return (
    meant
      .get(name)
      ?.filter(each => known.includes(each))
      .join(' and ') || undefined
  )
}
