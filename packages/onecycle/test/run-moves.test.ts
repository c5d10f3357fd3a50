// Alone: it loads our sources and a backend.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Learner, useBackend } from 'onecycle'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium } from './chromium.js'
import { openPageAndWorker, type PageAndWorker, type Place } from './page-and-worker.js'
import { firstEpoch, learner, nextGradients, rest, whole } from './run-that-moves.js'

const program = `
  import 'onecycle/inline'
  import * as onecycle from 'onecycle'
  import * as moving from './packages/onecycle/test/run-that-moves.ts'
  Object.assign(globalThis, { onecycle, ...moving })`

const distance = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))
const weights = async (learn: Learner) => Object.values(await learn.getWeights()).flatMap(({ values }) => [...values])

describe.skipIf(noChromium)(`a run that moves${noChromium ? ` (${noChromium})` : ''}`, () => {
  let open: PageAndWorker
  beforeAll(async () => {
    open = await openPageAndWorker(program)
  }, 60_000)
  afterAll(async () => {
    expect([open?.errors, open?.elsewhere]).toEqual([[], []])
    await open?.close()
  })

  describe.each([{ prefer: 'cpu' }, { prefer: 'wasm', simd: 'plain' } as const])('on $prefer', choice => {
    /** Checkpoints after the first epoch and at the end, all of it in Node. */
    let half: Uint8Array<ArrayBuffer>
    let end: Uint8Array
    beforeAll(async () => {
      await useBackend({ ...choice, log: false })
      const learn = learner()
      await whole(learn)
      end = await learn.toBytes()
      const first = learner()
      await firstEpoch(first)
      half = await first.toBytes()
      await writeFile(join(open.folder, 'half.safetensors'), half)
    }, 60_000)

    /** A program that has a Learner as `learn`, and the bytes of the checkpoint that it leaves. */
    const bytesOf = async (place: Place, program: string) =>
      Uint8Array.from(
        await open.run<number[]>(
          place,
          `await onecycle.useBackend({ ...${JSON.stringify(choice)}, log: false })
          const learn = learner()
          ${program}
          return [...(await learn.toBytes())]`,
        ),
      )

    test('begins again in Node from its own checkpoint, and ends at the same bits', async () => {
      const learn = await learner().load(half)
      await rest(learn)
      expect(await learn.toBytes()).toEqual(end)
    })

    test.each(['inPage', 'inWorker'] as const)('begun in Node it ends %s at the bits of one that stayed', async place => {
      expect(await bytesOf(place, `await learn.load('half'); await rest(learn)`)).toEqual(end)
    })

    test.each(['inPage', 'inWorker'] as const)('begun %s it ends in Node at these bits', async place => {
      const begun = await bytesOf(place, 'await firstEpoch(learn)')
      expect(begun).toEqual(half)
      const learn = await learner().load(begun)
      await rest(learn)
      expect(await learn.toBytes()).toEqual(end)
    })
  })

  test('with fused multiply-add a step has the gradients of plain SIMD within 1e-6, and the run ends as good', async () => {
    await useBackend({ prefer: 'wasm', simd: 'plain', log: false })
    // A build stays for as long as there are tensors.
    await open.page.reload()
    const first = learner()
    await firstEpoch(first)
    const half = await first.toBytes()
    await writeFile(join(open.folder, 'half.safetensors'), half)
    const expected = await nextGradients(await learner().load(half))
    const stayed = await learner().load(half)
    await rest(stayed)
    const [gradients, bytes] = await open.run<[number[][], number[]]>(
      'inWorker',
      `await onecycle.useBackend({ prefer: 'wasm', simd: 'relaxed', log: false })
      const gradients = await nextGradients(await learner().load('half'))
      const learn = await learner().load('half')
      await rest(learn)
      return [gradients, [...(await learn.toBytes())]]`,
    )
    const moved = await learner().load(Uint8Array.from(bytes))
    const error = distance(gradients.flat(), expected.flat())
    const apart = distance(await weights(moved), await weights(stayed))
    const [there, here] = [(await moved.validate())['accuracy']!, (await stayed.validate())['accuracy']!]
    console.log(`gradients differ by ${error}, weights in the end by ${apart}; accuracy ${there} and ${here}`)
    expect(gradients.map(each => each.length)).toEqual(expected.map(each => each.length))
    expect(error).toBeLessThan(1e-6)
    expect(here).toBeGreaterThan(0.9)
    expect(Math.abs(there - here)).toBeLessThan(0.05)
  })
})
