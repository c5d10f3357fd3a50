import { Random } from '@onecycle/platform'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Mask, Pixels, Points } from '../image/pixels.js'
import type { ItemTransform, LoadedSample } from '../item/part.js'
import { restoreTransform, stateOf } from '../item/restore.js'
import { arranged, get_transforms } from './get-transforms.js'
import { imageTransforms } from './kinds.js'
import * as tfms from './transforms.js'

function picture(height: number, width: number, channels: 1 | 3 = 3): Pixels {
  const data = new Uint8Array(height * width * channels)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) data[i++] = 128 + 90 * Math.sin(x / 5 + c) + 30 * Math.cos((y * (c + 1)) / 7)
  return { data, height, width, channels }
}

const always = (seed = 1) => new Random(seed)

function after(list: ItemTransform | readonly ItemTransform[], sample: LoadedSample, random: Random | null = always()) {
  let done = sample
  for (const tfm of [list].flat() as ItemTransform[]) done = tfm.apply(done, random ?? undefined)
  return { x: done.x as Pixels, y: done.y }
}

/** Values from 0 to 1. */
const values = ({ data }: Pixels) => (data instanceof Uint8Array ? Float32Array.from(data, byte => byte / 255) : data)

function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

describe('sizes', () => {
  // Image.fromarray(values).resize((width, height), Image.BILINEAR) of Pillow 13, whose steps are rounded.
  test.each([
    ['smaller', 4, 5, [178, 216, 241, 241, 219, 174, 213, 238, 237, 215, 167, 205, 230, 230, 208, 158, 196, 221, 221, 199]],
    [
      ...['lower', 3, 9],
      [
        ...[163, 189, 212, 231, 242, 245, 240, 227, 209, 157, 183, 205, 224, 236, 239, 233, 220, 202],
        ...[146, 172, 194, 213, 225, 228, 222, 209, 191],
      ],
    ],
    ['larger, its first row', 20, 17, [158, 170, 185, 199, 211, 222, 231, 238, 244, 246, 247, 245, 240, 233, 225, 214, 204]],
    [
      ...['wider, its first row', 11, 28],
      [
        ...[158, 162, 171, 180, 189, 197, 204, 212, 219, 225, 230, 235, 239, 242],
        ...[245, 246, 247, 247, 246, 244, 241, 237, 232, 227, 221, 215, 208, 204],
      ],
    ],
  ] as [string, number, number, number[]][])(
    'a picture that becomes %s is as Pillow makes it, to a rounding',
    (_, height, width, expected) => {
      const { x } = after(tfms.Resize([height, width], { method: 'squish' }), { x: picture(11, 14, 1) })
      expect([x.height, x.width]).toEqual([height, width])
      expect(
        apart(
          values(x).slice(0, expected.length),
          expected.map(byte => byte / 255),
        ),
      ).toBeLessThan(1.2 / 255)
    },
  )

  test('a picture that is cut keeps its form, one that is filled up all of it', () => {
    const source = picture(40, 80)
    const cut = after(tfms.Resize(20), { x: source }, null).x
    const all = after(tfms.Resize([20, 40], { method: 'squish' }), { x: source }, null).x
    const middle = values(all).filter((_, i) => Math.floor(i / 3) % 40 >= 10 && Math.floor(i / 3) % 40 < 30)
    expect(apart(values(cut), middle)).toBeLessThan(1e-6)
    const filled = after(tfms.Resize(40, { method: 'pad', padding_mode: 'zeros' }), { x: source }, null).x
    expect([filled.height, filled.width]).toEqual([40, 40])
    const rows = values(filled)
    expect(apart(rows.subarray(0, 10 * 120), new Float32Array(10 * 120))).toBe(0)
    expect(apart(rows.subarray(30 * 120), new Float32Array(10 * 120))).toBe(0)
    expect(apart(rows.subarray(10 * 120, 30 * 120), values(all))).toBeLessThan(1e-6)
  })

  test('where it is cut is drawn for samples that are trained on, and the middle elsewhere', () => {
    const places = Array.from(
      { length: 40 },
      (_, seed) => values(after(tfms.Resize(20), { x: picture(20, 40) }, always(seed)).x)[0]!,
    )
    expect(new Set(places).size).toBeGreaterThan(10)
  })

  test('a part of random size and form', () => {
    const sizes = Array.from(
      { length: 20 },
      (_, seed) => after(tfms.RandomResizedCrop([16, 24]), { x: picture(50, 60) }, always(seed)).x,
    )
    for (const x of sizes) expect([x.height, x.width]).toEqual([16, 24])
    expect(new Set(sizes.map(({ data }) => data[0])).size).toBeGreaterThan(15)
    const plain = after(tfms.RandomResizedCrop([16, 24]), { x: picture(50, 60) }, null).x
    expect(apart(plain.data, after(tfms.Resize([16, 24]), { x: picture(50, 60) }, null).x.data)).toBe(0)
  })
})

describe('moves', () => {
  const source = picture(5, 7)
  const at = ({ data, width, channels }: Pixels, y: number, x: number) =>
    data[(y * width + x) * channels]! / (data instanceof Uint8Array ? 255 : 1)

  test('mirrored', () => {
    const { x } = after(tfms.flip_lr({ p: 1 }), { x: source })
    for (let y = 0; y < 5; y++)
      for (let column = 0; column < 7; column++) expect(at(x, y, column)).toBeCloseTo(at(source, y, 6 - column), 6)
  })

  test('turned by a right angle', () => {
    const square = picture(9, 9)
    const { x } = after(tfms.rotate({ degrees: 90, p: 1 }), { x: square })
    for (let y = 0; y < 9; y++)
      for (let column = 0; column < 9; column++) expect(at(x, y, column)).toBeCloseTo(at(square, 8 - column, y), 5)
  })

  test('the eight ways a square lies on itself', () => {
    const square = picture(6, 6)
    const seen = new Set(
      Array.from({ length: 80 }, (_, seed) =>
        [0, 5].map(column => Math.round(at(after(tfms.dihedral(), { x: square }, always(seed)).x, 0, column) * 255)).join(),
      ),
    )
    expect(seen.size).toBe(8)
  })

  test.each(['zeros', 'border', 'reflection'] as const)('what lies beyond the edge: %s', mode => {
    const { x } = after(tfms.pad({ padding: 2, mode }), { x: source })
    expect([x.height, x.width]).toEqual([9, 11])
    for (let y = 0; y < 5; y++)
      for (let column = 0; column < 7; column++) expect(at(x, y + 2, column + 2)).toBeCloseTo(at(source, y, column), 6)
    expect(at(x, 2, 0)).toBeCloseTo(mode === 'zeros' ? 0 : mode === 'border' ? at(source, 0, 0) : at(source, 0, 2), 6)
  })

  test('several moves are one: there and back again is where it was', () => {
    const large = picture(60, 60)
    const there = after([tfms.rotate({ degrees: 33, p: 1 }), tfms.rotate({ degrees: -33, p: 1 })], { x: large }).x
    expect(apart(values(there), values(large))).toBeLessThan(1e-4)
  })

  test('a picture that nothing happens to stays the bytes that it is', () => {
    expect(after([tfms.flip_lr({ p: 0 }), tfms.crop_pad()], { x: source }).x).toBe(source)
    expect(after(get_transforms()[0], { x: source }, null).x).toBe(source)
  })
})

describe('light', () => {
  const grey = { data: Uint8Array.of(0, 51, 127, 204, 255), height: 1, width: 5, channels: 1 }
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const logit = (p: number) => Math.log(p / (1 - p))

  test('brightness and contrast change logits, as in fastai', () => {
    const brighter = values(after(tfms.brightness({ change: 0.6, p: 1 }), { x: grey }).x)
    const flatter = values(after(tfms.contrast({ scale: 0.5, p: 1 }), { x: grey }).x)
    for (const i of [1, 2, 3]) {
      const value = grey.data[i]! / 255
      expect(brighter[i]).toBeCloseTo(sigmoid(logit(value) + logit(0.6)), 6)
      expect(flatter[i]).toBeCloseTo(sigmoid(0.5 * logit(value)), 6)
    }
    expect([brighter[0], brighter[4]].map(value => Math.round(value! * 1000))).toEqual([0, 1000])
  })

  test('floats are changed as bytes are', () => {
    const floats = { ...grey, data: Float32Array.from(grey.data, byte => byte / 255) }
    const both = [tfms.brightness({ change: 0.3, p: 1 }), tfms.contrast({ scale: 1.3, p: 1 })]
    expect(apart(values(after(both, { x: floats }).x), values(after(both, { x: grey }).x))).toBeLessThan(1e-6)
  })

  test('squares are covered, and stay where they are when the picture is cut', () => {
    const white = { data: new Uint8Array(20 * 20).fill(255), height: 20, width: 20, channels: 1 }
    const covered = values(after(tfms.cutout({ length: 6 }), { x: white }).x)
    expect(covered.filter(value => value === 0).length).toBeGreaterThan(8)
    const cut = values(after([tfms.cutout({ length: 20 }), tfms.crop_pad({ size: 10 })], { x: white }).x)
    const whole = values(after([tfms.cutout({ length: 20 })], { x: white }).x)
    expect([...cut]).toEqual([...whole].filter((_, i) => i % 20 >= 5 && i % 20 < 15 && i >= 100 && i < 300))
  })
})

describe('what belongs to a picture moves with it', () => {
  const list = () => [
    tfms.flip_lr(),
    tfms.symmetric_warp(),
    tfms.rotate({ degrees: [-40, 40] }),
    tfms.rand_zoom({ scale: [1, 1.4] }),
    tfms.squish(),
    tfms.shift(),
    tfms.dihedral(),
  ]

  test('a mask, and stays one of classes', () => {
    fc.assert(
      fc.property(fc.nat(10_000), seed => {
        const height = 40
        const mask = Uint8Array.from({ length: height * height }, (_, i) =>
          Number((Math.floor(i / height) - 12) ** 2 + ((i % height) - 25) ** 2 < 90),
        )
        const x = { data: mask.map(value => value * 255), height, width: height, channels: 1 }
        const done = after(
          arranged(list(), { size: 32, resize_method: 'crop', padding_mode: 'reflection' }),
          { x, y: { mask: { ...x, data: mask } } },
          always(seed),
        )
        const moved = (done.y as Mask).mask
        expect([moved.height, moved.width]).toEqual([32, 32])
        const drawn = values(done.x)
        const wrong = Array.from(moved.data).reduce((sum, value, i) => sum + Number(Math.abs(drawn[i]! - value) > 0.75), 0)
        expect(wrong).toBeLessThan(8)
        expect(new Set(moved.data).size).toBeLessThanOrEqual(2)
      }),
      { numRuns: 60 },
    )
  })

  test('points', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 18, max: 40 }), fc.integer({ min: 18, max: 30 }), (seed, px, py) => {
        const [height, width] = [50, 60]
        const data = new Uint8Array(height * width)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) data[y * width + x] = Math.max(0, 255 - 40 * Math.hypot(x + 0.5 - px, y + 0.5 - py))
        const points: Points = { points: Float32Array.of(px, py) }
        const done = after(
          [...list(), tfms.Resize([30, 40], { method: 'squish' })],
          { x: { data, height, width, channels: 1 }, y: points },
          always(seed),
        )
        const [x, y] = (done.y as Points).points as unknown as [number, number]
        if (x < 3 || y < 3 || x > 37 || y > 27) return
        const drawn = values(done.x)
        const brightest = drawn.indexOf(Math.max(...drawn))
        // Mirrored at an edge, it may stand there twice.
        if (drawn[Math.floor(y) * 40 + Math.floor(x)]! > drawn[brightest]! - 0.12) return
        expect(Math.hypot((brightest % 40) + 0.5 - x, Math.floor(brightest / 40) + 0.5 - y)).toBeLessThan(1.5)
      }),
      { numRuns: 60 },
    )
  })

  test('a mask of another size is refused', () => {
    expect(() => after(tfms.flip_lr(), { x: picture(4, 4), y: { mask: picture(4, 5, 1) } })).toThrow(
      'it is 4 x 4 pixels, but its mask 5 x 4',
    )
  })
})

test('the usual transforms are those of fastai 1', () => {
  const [train, valid] = get_transforms()
  expect(train.map(({ kind, state }, i) => [kind, state.call(train[i])])).toEqual([
    ['rand_crop', {}],
    ['flip_lr', { p: 0.5 }],
    ['symmetric_warp', { magnitude: [-0.2, 0.2], p: 0.75 }],
    ['rotate', { degrees: [-10, 10], p: 0.75 }],
    ['rand_zoom', { scale: [1, 1.1], p: 0.75 }],
    ['brightness', { change: [0.4, 0.6], p: 0.75 }],
    ['contrast', { scale: [0.8, 1.25], p: 0.75 }],
  ])
  expect(valid.map(({ kind }) => kind)).toEqual(['crop_pad'])
  expect(get_transforms({ do_flip: false, max_rotate: 0, max_zoom: 1, max_lighting: 0, max_warp: 0 })[0]).toHaveLength(1)
  expect(arranged(train, { size: 20, resize_method: 'crop', padding_mode: 'zeros' }).map(({ kind }) => kind)).toEqual([
    ...['resize', 'flip_lr', 'symmetric_warp', 'rotate', 'rand_zoom', 'brightness', 'contrast', 'rand_crop'],
  ])
})

test('each is made again of its state, to the same bits', async () => {
  const all = [
    ...[
      tfms.Resize(12),
      tfms.resize({ size: 12, method: 'pad' }),
      tfms.RandomResizedCrop([9, 8]),
      tfms.crop_pad({ size: 9 }),
      tfms.rand_crop({ size: 9 }),
    ],
    ...[
      tfms.pad(),
      tfms.flip_lr(),
      tfms.dihedral(),
      tfms.rotate({ p: 1 }),
      tfms.rand_zoom({ p: 1 }),
      tfms.squish({ p: 1 }),
      tfms.shift({ p: 1 }),
    ],
    ...[tfms.symmetric_warp({ p: 1 }), tfms.brightness({ p: 1 }), tfms.contrast({ p: 1 }), tfms.cutout({ length: [2, 5] })],
  ]
  expect(all.map(({ kind }) => kind).sort()).toEqual([...imageTransforms].sort())
  for (const tfm of all) {
    const again = await restoreTransform(JSON.parse(JSON.stringify(stateOf(tfm))))
    const [ours, theirs] = [tfm, again].map(each => after(each, { x: picture(14, 15) }, always(3)).x)
    expect(theirs, tfm.kind).toEqual(ours)
  }
})

test.each<[string, () => unknown, RegExp]>([
  ['a size that is none', () => tfms.Resize(0), /size is 0; expected a whole number of pixels/],
  ['a probability', () => tfms.flip_lr({ p: 2 }), /flip_lr: p must be a number at least 0 and at most 1/],
  ['a range the wrong way round', () => tfms.rand_zoom({ scale: [2, 1] }), /expected the lower end first/],
  [
    'what is no range',
    () => tfms.rotate({ degrees: 'ten' as never }),
    /rotate: degrees must be a number, or the two ends of a range/,
  ],
  ['light that is none', () => tfms.brightness({ change: [0, 0.5] }), /brightness: change must be a number above 0/],
  ['a misspelt option', () => get_transforms({ max_rotation: 3 } as never), /Did you mean max_rotate\?/],
  ['what is no picture', () => after(tfms.flip_lr(), { x: 3 }), /a transform of pictures was given what is none/],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
