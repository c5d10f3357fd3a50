import { rangeError } from '@onecycle/platform'

/** Which task of an array of Slurm this process is of. */
export interface ArrayTask {
  /** From 0. */
  readonly task: number
  readonly tasks: number
}

/**
 * The task of an array that the environment names: `sbatch --array=0-15`, also from another number on or in steps.
 *
 * @returns undefined outside of arrays
 * @throws RangeError for numbers that are none, or an array with gaps, whose tasks would leave trials out
 */
export function arrayTask(env: Readonly<Record<string, string | undefined>> = process.env): ArrayTask | undefined {
  const {
    SLURM_ARRAY_TASK_ID,
    SLURM_ARRAY_TASK_COUNT,
    SLURM_ARRAY_TASK_MIN = '0',
    SLURM_ARRAY_TASK_MAX,
    SLURM_ARRAY_TASK_STEP = '1',
  } = env
  if (SLURM_ARRAY_TASK_ID === undefined) return undefined
  const [id, count, min, max, step] = [
    ...[
      SLURM_ARRAY_TASK_ID,
      SLURM_ARRAY_TASK_COUNT,
      SLURM_ARRAY_TASK_MIN,
      SLURM_ARRAY_TASK_MAX ?? SLURM_ARRAY_TASK_ID,
      SLURM_ARRAY_TASK_STEP,
    ],
  ].map(Number) as [number, number, number, number, number]
  const task = (id - min) / step
  const isWhole = [task, count, min, max, step].every(Number.isSafeInteger) && task >= 0 && task < count
  if (isWhole && (max - min) / step + 1 === count) return { task, tasks: count }
  throw rangeError(
    'slurm-array',
    `This is task ${SLURM_ARRAY_TASK_ID} of an array of ${SLURM_ARRAY_TASK_COUNT} from ${SLURM_ARRAY_TASK_MIN} to ${SLURM_ARRAY_TASK_MAX}; expected tasks without gaps, such as sbatch --array=0-15, among which the trials are divided.`,
  )
}
