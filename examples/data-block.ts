// Data put together of pieces: how much warmer tomorrow will be than today, by the last week, in four years of Seattle's weather.
// npx tsx examples/data-block.ts
import assert from 'node:assert/strict'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { type Block, DataBlock, FuncSplitter, Learner, RegressionBlock, readTable } from 'onecycle'

const names = ['temp_max', 'temp_min', 'precipitation', 'wind'] as const
type Day = Record<(typeof names)[number], number> & { date: Date }
interface Item {
  week: readonly Day[]
  next: Day
}

/** Seven days as numbers [7, 4], each by its mean and deviation among the items that train. */
const WeekBlock: Block<readonly Day[]> = {
  fit: (weeks, train) => {
    const moments = names.map(name => {
      const values = [...train].map(i => weeks[i]![6]![name])
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
    })
    return {
      kind: undefined, // a block of one's own, which no export knows
      state: () => moments,
      load: week => week,
      encode: week => ({
        values: Float32Array.from(
          (week as readonly Day[]).flatMap(day => names.map((name, i) => (day[name] - moments[i]!.mean) / moments[i]!.std)),
        ),
        shape: [7, 4],
      }),
    }
  },
}

const weather = new DataBlock({
  blocks: [WeekBlock, RegressionBlock()],
  get_items: async (path: string): Promise<Item[]> => {
    const days = [...(await readTable(path)).rows()] as unknown as Day[]
    return days.slice(7).map((next, i) => ({ week: days.slice(i, i + 7), next }))
  },
  get_x: item => item.week,
  get_y: item => item.next.temp_max - item.week[6]!.temp_max,
  splitter: FuncSplitter(item => item.next.date.getUTCFullYear() === 2015),
})
const data = await weather.dataloaders('node_modules/vega-datasets/data/seattle-weather.csv', { bs: 32, seed: 1 })

const model = sequential({
  layers: [
    layers.flatten({ inputShape: [7, 4] }),
    layers.dense({ units: 32, activation: 'relu', kernelInitializer: initializers.heNormal({ seed: 1 }) }),
    layers.dense({ units: 1, kernelInitializer: initializers.glorotNormal({ seed: 2 }) }),
  ],
})
const learn = new Learner(data, model, { metrics: ['rmse', 'r2'], progress: false })
await learn.fit_one_cycle(10, 3e-3)
const { rmse, r2 } = await learn.validate()

const changes = (data.items as readonly { y: number }[]).slice(-365).map(({ y }) => y)
const same = Math.sqrt(changes.reduce((sum, change) => sum + change ** 2, 0) / changes.length)
console.log(
  `2015: off by ${rmse!.toFixed(2)} °C (R² ${r2!.toFixed(3)}); by ${same.toFixed(2)} °C for who says it will be as today`,
)
assert(rmse! < 0.97 * same, 'The model should know more than that tomorrow is as today.')
