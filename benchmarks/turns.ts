/** What one piece of work took, in milliseconds: by the clock, and of the processor's time, which other programs disturb less. */
export interface Took {
  readonly wall: number
  readonly cpu: number
}

export type Contestant = () => Promise<Took>

/** Times work of this process. */
export async function timed(work: () => Promise<unknown>): Promise<Took> {
  const [start, used] = [performance.now(), processorTime()]
  await work()
  return { cpu: processorTime() - used, wall: performance.now() - start }
}

/** Milliseconds of the processor that this process has taken: what other programs take is not counted. That of one thread is told in steps of 4 ms. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Has contestants work in turns: a machine that is slow for a minute is so for all of them. */
export async function inTurns<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  rounds: number,
): Promise<Record<Name, Took[]>> {
  const names = Object.keys(contestants) as Name[]
  const times = Object.fromEntries(names.map(name => [name, [] as Took[]])) as Record<Name, Took[]>
  for (let round = 0; round < rounds; round++) for (const name of names) times[name].push(await contestants[name]())
  return times
}

/** The least and the median of figures. */
export function leastAndMedian(figures: readonly number[]): [least: number, median: number] {
  const sorted = [...figures].sort((a, b) => a - b)
  return [sorted[0]!, sorted[sorted.length >> 1]!]
}

/** A line for each contestant: how much a second, at best and in the median, and how many times the first one's time it took. */
export function compared(times: Readonly<Record<string, readonly Took[]>>, count: number, unit: string): string[] {
  const figures = (list: readonly Took[]) => (['wall', 'cpu'] as const).map(of => leastAndMedian(list.map(each => each[of])))
  const [first] = Object.values(times).map(figures)
  const rate = (time: number) => Math.round((count / time) * 1000).toLocaleString('en')
  return Object.entries(times).map(([name, list]) => {
    const [wall, cpu] = figures(list) as [[number, number], [number, number]]
    const ratios = [wall, cpu].map((own, i) => own.map((time, j) => (time / first![i]![j]!).toFixed(2)).join(' / '))
    return (
      `${name}: ${rate(wall[0])} / ${rate(wall[1])} ${unit}/s, ${ratios[0]} times our time; ` +
      `by the processor ${rate(cpu[0])} / ${rate(cpu[1])}, ${ratios[1]} times`
    )
  })
}
