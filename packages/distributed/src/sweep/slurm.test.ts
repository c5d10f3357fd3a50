import { expect, test } from 'vitest'
import { arrayTask } from './slurm.js'

const array = (id: number, count: number, min: number, max: number, step = 1) => ({
  ...{ SLURM_ARRAY_TASK_ID: String(id), SLURM_ARRAY_TASK_COUNT: String(count), SLURM_ARRAY_TASK_MIN: String(min) },
  ...{ SLURM_ARRAY_TASK_MAX: String(max), SLURM_ARRAY_TASK_STEP: String(step) },
})

test.each([
  [{}, undefined],
  [array(0, 16, 0, 15), { task: 0, tasks: 16 }],
  [array(15, 16, 0, 15), { task: 15, tasks: 16 }],
  [array(3, 4, 1, 4), { task: 2, tasks: 4 }],
  [array(8, 3, 0, 8, 4), { task: 2, tasks: 3 }],
  [
    { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '1', SLURM_ARRAY_TASK_MIN: '7' },
    { task: 0, tasks: 1 },
  ],
])('of %j the task is %j', (env, task) => {
  expect(arrayTask(env)).toEqual(task)
})

test.each([array(5, 2, 1, 5), array(1, 2, 0, 5, 2), { SLURM_ARRAY_TASK_ID: 'x' }])('%j has gaps, or is none', env => {
  expect(() => arrayTask(env)).toThrow('expected tasks without gaps, such as sbatch --array=0-15')
})
