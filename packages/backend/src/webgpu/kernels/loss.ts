import { type KernelConfig, util } from '@tensorflow/tfjs-core'
import { softmaxCrossEntropyName } from '../../wasm/compiled/kernel-names.js'
import { GROUP, kernel, makeOutput, oneOfEach, run, type Shader, tellNaN } from '../gpu.js'

/** Up to so many logits one group of threads does all of it. */
const few = 16_384

/** Threads of a group that has one row. */
const OF_ROW = 64

/** What is wanted of a class in a row, and the sum of that. */
const wanted = (sparse: boolean) => `
  fn wantedOf(row: i32, kind: i32) -> f32 {
    ${sparse ? 'return select(0.0, 1.0, targets[row] == kind);' : 'return targets[row * uniforms.classes + kind];'}
  }`

const bound = (sparse: boolean) => ['logits', sparse ? 'targets: i32' : 'targets']
const kindOf = (sparse: boolean) => (sparse ? 'classes' : 'shares')

/** A thread has a row after the other; then the losses of the threads are added up. */
const together = oneOfEach((sparse: boolean) => ({
  name: `cross-entropy of ${kindOf(sparse)} together`,
  writes: ['loss', 'gradient'],
  reads: bound(sparse),
  uniforms: ['rows', 'classes'],
  code: () => `
    var<workgroup> parts: array<f32, ${GROUP}>;
    ${tellNaN}
    ${wanted(sparse)}
    fn lossOf(row: i32) -> f32 {
      let at = row * uniforms.classes;
      var most = logits[at];
      for (var c = 1; c < uniforms.classes; c++) {
        let z = logits[at + c];
        if (z > most || isNaN(z)) { most = z; }
      }
      var sum = 0.0;
      var weight = 0.0;
      for (var c = 0; c < uniforms.classes; c++) {
        sum += exp(logits[at + c] - most);
        weight += wantedOf(row, c);
      }
      var loss = 0.0;
      for (var c = 0; c < uniforms.classes; c++) {
        let apart = logits[at + c] - most;
        let share = wantedOf(row, c);
        if (share != 0.0) { loss += share * (log(sum) - apart); }
        gradient[at + c] = (weight * exp(apart) / sum - share) / f32(uniforms.rows);
      }
      return loss;
    }

    @compute @workgroup_size(${GROUP})
    fn main(@builtin(local_invocation_index) thread: u32) {
      var sum = 0.0;
      for (var row = i32(thread); row < uniforms.rows; row += ${GROUP}) { sum += lossOf(row); }
      parts[thread] = sum;
      ${addUp('parts', GROUP)}
      if (thread == 0u) { loss[0] = parts[0] / f32(uniforms.rows); }
    }`,
}))

/** Halves what is to be added up until one number is left, always in the same order. */
function addUp(name: string, threads: number): string {
  return `
    for (var half = ${threads / 2}u; half > 0u; half >>= 1u) {
      workgroupBarrier();
      if (thread < half) { ${name}[thread] += ${name}[thread + half]; }
    }
    workgroupBarrier();`
}

/** A group has one row. */
const byRow = oneOfEach((sparse: boolean) => ({
  name: `cross-entropy of ${kindOf(sparse)} by row`,
  writes: ['losses', 'gradient'],
  reads: bound(sparse),
  uniforms: ['rows', 'classes'],
  code: () => `
    var<workgroup> largest: array<f32, ${OF_ROW}>;
    var<workgroup> sums: array<vec2<f32>, ${OF_ROW}>;
    var<workgroup> parts: array<f32, ${OF_ROW}>;
    ${tellNaN}
    ${wanted(sparse)}

    @compute @workgroup_size(${OF_ROW})
    fn main(
      @builtin(local_invocation_index) thread: u32,
      @builtin(workgroup_id) group: vec3<u32>,
      @builtin(num_workgroups) groups: vec3<u32>,
    ) {
      let row = i32(group.x + group.y * groups.x);
      if (row >= uniforms.rows) { return; }
      let at = row * uniforms.classes;
      let first = i32(thread);
      var most = logits[at + min(first, uniforms.classes - 1)];
      for (var c = first; c < uniforms.classes; c += ${OF_ROW}) {
        let z = logits[at + c];
        if (z > most || isNaN(z)) { most = z; }
      }
      largest[thread] = most;
      workgroupBarrier();
      for (var i = 0; i < ${OF_ROW}; i++) {
        let z = largest[i];
        if (z > most || isNaN(z)) { most = z; }
      }
      var sum = vec2<f32>(0.0);
      for (var c = first; c < uniforms.classes; c += ${OF_ROW}) { sum += vec2<f32>(exp(logits[at + c] - most), wantedOf(row, c)); }
      sums[thread] = sum;
      ${addUp('sums', OF_ROW)}
      sum = sums[0];
      var loss = 0.0;
      for (var c = first; c < uniforms.classes; c += ${OF_ROW}) {
        let apart = logits[at + c] - most;
        let share = wantedOf(row, c);
        if (share != 0.0) { loss += share * (log(sum.x) - apart); }
        gradient[at + c] = (sum.y * exp(apart) / sum.x - share) / f32(uniforms.rows);
      }
      parts[thread] = loss;
      ${addUp('parts', OF_ROW)}
      if (thread == 0u) { losses[row] = parts[0]; }
    }`,
}))

const mean: Shader = {
  name: 'mean of losses',
  writes: ['loss'],
  reads: ['losses'],
  uniforms: ['rows'],
  code: () => `
    var<workgroup> parts: array<f32, ${GROUP}>;

    @compute @workgroup_size(${GROUP})
    fn main(@builtin(local_invocation_index) thread: u32) {
      var sum = 0.0;
      for (var row = i32(thread); row < uniforms.rows; row += ${GROUP}) { sum += losses[row]; }
      parts[thread] = sum;
      ${addUp('parts', GROUP)}
      if (thread == 0u) { loss[0] = parts[0] / f32(uniforms.rows); }
    }`,
}

export const lossKernels: readonly KernelConfig[] = [
  kernel(softmaxCrossEntropyName, (backend, { logits, target }) => {
    const sparse = target!.dtype === 'int32'
    const size = util.sizeFromShape(logits!.shape)
    const classes = logits!.shape.at(-1)!
    const rows = classes === 0 ? 0 : size / classes
    const gradient = makeOutput(backend, logits!.shape)
    if (size === 0) return [backend.makeTensorInfo([], 'float32', [Number.NaN]), gradient]
    const loss = makeOutput(backend, [])
    if (size <= few) {
      run(backend, together(sparse), [loss, gradient], [logits!, target!], [rows, classes], [1, 1, 1])
      return [loss, gradient]
    }
    const losses = makeOutput(backend, [rows])
    const across = Math.min(rows, 32_768)
    run(backend, byRow(sparse), [losses, gradient], [logits!, target!], [rows, classes], [across, Math.ceil(rows / across), 1])
    run(backend, mean, [loss], [losses], [rows], [1, 1, 1])
    backend.disposeData(losses.dataId)
    return [loss, gradient]
  }),
]
