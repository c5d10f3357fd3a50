import type { Json } from '../json.js'
import type { VegaLiteSpec } from '../vega.js'

interface Layer {
  data: { values: Json[] }
  mark: Json
  encoding: Record<'x' | 'y' | 'color', Json>
}

/** The specification of one panel, parted into what a change of data changes and what stays. */
export interface Parted {
  /** Complete, and begins with these data and signals. */
  spec: VegaLiteSpec
  /** What must be the same for a view to be kept. */
  shape: string
  /** Rows of each layer. */
  data: Readonly<Record<string, Json[]>>
  /** Ends, ticks and labels of the axes. */
  signals: Readonly<Record<string, unknown>>
}

export function parted({ layer, width, height, ...rest }: VegaLiteSpec): Parted {
  const layers = layer as Layer[]
  const data: Record<string, Json[]> = {}
  const signals: Record<string, unknown> = {}
  const shape = layers.map(({ data: { values }, mark, encoding }, i) => {
    data[`rows_${i}`] = values
    const free = (field: 'x' | 'y') => encoding[field] && { [field]: freed(field, encoding[field], signals) }
    return { data: { name: `rows_${i}` }, mark, encoding: { ...encoding, ...free('x'), ...free('y') } }
  })
  const params = Object.entries(signals).map(([name, value]) => ({ name, value }))
  return {
    spec: { ...rest, width, height, datasets: data, params, layer: shape } as VegaLiteSpec,
    shape: JSON.stringify([rest, shape]),
    data,
    signals,
  }
}

/** The axis with signals in the place of its values, which are noted. */
function freed(field: string, encoding: Json, signals: Record<string, unknown>): Json {
  const scale = encoding['scale'] as { domain: [number, number] } | null
  // Places in pixels have none.
  if (!scale) return encoding
  const axis = encoding['axis'] as { values: number[]; labelExpr: string }
  // All layers have the same axes.
  if (!(`${field}_low` in signals))
    Object.assign(signals, {
      [`${field}_low`]: scale.domain[0],
      [`${field}_high`]: scale.domain[1],
      [`${field}_ticks`]: axis.values,
      [`${field}_labels`]: JSON.parse(axis.labelExpr.slice(1, axis.labelExpr.lastIndexOf(')'))),
    })
  return {
    ...encoding,
    scale: { ...scale, domain: [{ expr: `${field}_low` }, { expr: `${field}_high` }] },
    axis: { ...axis, values: { expr: `${field}_ticks` }, labelExpr: `${field}_labels[datum.value]` },
  }
}
