/** Something to be kept with the batch it is of, plain data: whoever keeps a log of the run writes it, and a view shows it. */
export type Note = ScalarNote | TextNote | ImageNote | HistogramNote

export interface ScalarNote {
  readonly type: 'scalar'
  /** What it is of, such as `norm/0.kernel`: a slash groups what is shown together. */
  readonly name: string
  readonly value: number
}

export interface TextNote {
  readonly type: 'text'
  readonly name: string
  readonly text: string
}

export interface ImageNote {
  readonly type: 'image'
  readonly name: string
  /** The bytes of a PNG in base64. */
  readonly png: string
  /** In pixels. */
  readonly width: number
  readonly height: number
}

export interface HistogramNote {
  readonly type: 'histogram'
  readonly name: string
  /** Ends of the bins, ascending: one more than there are counts. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}
