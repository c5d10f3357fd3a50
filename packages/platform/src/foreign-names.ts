/** What fastai, Keras and PyTorch call an option, and what it is called here: in one call, or in another; `a+b` are two options. */
const table = `
betas: mom+sqr_mom
beta1: mom
beta_1: mom
beta2: sqr_mom
beta_2: sqr_mom
rho: sqr_mom
momentum: mom
momenta: moms
epsilon: eps min_delta
decay: wd
weight_decay: wd
lr: lr_max base_lr
learning_rate: lr lr_max base_lr
max_lr: lr_max end_lr
min_lr: start_lr
cbs: callbacks
opt_func: optimizer
opt: optimizer
loss_func: loss
crit: loss
splitter: layer_groups
batch_size: bs
validation_split: valid_pct
validation_data: valid
train_bs: bs
val_bs: valid_bs
drop_remainder: drop_last
labels: y classes
vocab: classes
text_vocab: vocab
seq_len: bptt max_len
drop_mult: ps
random_state: seed
random_seed: seed
inputs: x
xs: x
targets: y
ys: y
callback: callbacks
callback_fns: callbacks
metric: metrics monitor
bn_wd: wd_bn_bias
true_wd: decouple_wd
alpha: sqr_mom
verbose: progress quiet log
silent: progress quiet
start_epochs: start_epoch
initial_epoch: start_epoch
final_div_factor: final_div
div: div_factor
div_final: final_div
num_iter: num_it
num_training: num_it
suggest_funcs: suggestion
baseline: best
threshold: min_delta thresh
from_logits: fromLogits
kernel_size: kernelSize kernelSizes
backend: prefer
stride: strides
use_bias: useBias
cb: callbacks
opt_fn: optimizer
loss_fn: loss
criterion: loss
base_momentum: moms
max_momentum: moms
div_factor: div
final_div: div_final
annealing: form
anneal_strategy: form
n_epoch: epochs
n_epochs: epochs
nb_epoch: epochs
cyc_len: epochs
val_split: valid_pct
path: fname
period: every_epoch
show_moms: showMoms
skip_start: skipStart
skip_end: skipEnd
n_skip: skipStart
n_skip_end: skipEnd
restore_best_weights: restore_best
initial_value_threshold: best
filepath: fname
filename: fname
name: fname
every: every_epoch
save_freq: every_epoch
every_n_epochs: every_epoch
save_optimizer: with_opt
loss: train_loss
trn_loss: train_loss
val_loss: valid_loss
acc: accuracy
val_acc: accuracy
val_accuracy: accuracy`

const meant = new Map(table.split('\n').map(line => line.split(': ') as [string, string]))

/** What another system's name for an option is called by a call that knows these names. */
export function foreignName(name: string, known: readonly string[]): string | undefined {
  const ours = (meant.get(name) ?? meant.get(snakeCase(name)))?.split(' ').map(each => each.split('+'))
  return ours?.find(names => names.every(one => known.includes(one)))?.join(' and ')
}

/** `maxLr` as `max_lr`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase()
}
