import { InterruptedError } from '@onecycle/platform'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkSignal, Interruption } from './interrupt.js'

const names = ['SIGINT', 'SIGTERM'] as const
const listeners = () => names.map(name => process.listenerCount(name))
const before = listeners()
// Keeps the test runner alive, and stands for what else may listen.
const other = vi.fn()
beforeEach(() => {
  for (const name of names) process.on(name, other)
})
afterEach(() => {
  for (const name of names) process.off(name, other)
  expect(listeners()).toEqual(before)
  other.mockClear()
})

const where = () => 'fit, after batch 1 of 2'

describe('an interruption', () => {
  it.each(names)('comes with %s, once, and then no longer listens', name => {
    const interruption = new Interruption()
    expect(listeners()).toEqual(before.map(n => n + 2))
    expect(interruption.came).toBe(false)
    process.emit(name)
    expect(listeners()).toEqual(before.map(n => n + 1))
    process.emit(name)
    expect(other).toHaveBeenCalledTimes(2)
    const error = interruption.error(where)
    expect(error).toBeInstanceOf(InterruptedError)
    expect(error).toMatchObject({ signal: name, exitCode: name === 'SIGINT' ? 130 : 143 })
    expect((error as Error).message).toBe(`Interrupted by ${name === 'SIGINT' ? 'Ctrl-C' : name}: fit, after batch 1 of 2.`)
    expect(interruption.error(where)).toBe(error)
    expect(interruption.threw(error)).toBe(true)
    interruption.release()
  })

  it('comes with an abort, as the reason given, and adds no listener to the signal', () => {
    const controller = new AbortController()
    const listen = vi.spyOn(controller.signal, 'addEventListener')
    const interruption = new Interruption(controller.signal)
    const reason = new Error('too slow')
    controller.abort(reason)
    expect([interruption.came, interruption.error(where), interruption.threw(reason)]).toEqual([true, reason, true])
    expect(listen).not.toHaveBeenCalled()
    interruption.release()
  })

  it('does not come when it has been released, or for another error', () => {
    const interruption = new Interruption()
    interruption.release()
    process.emit('SIGINT')
    expect([interruption.came, interruption.threw(undefined)]).toEqual([false, false])
  })

  it('comes to all that work, who listen as one', () => {
    const warn = vi.spyOn(process, 'emitWarning')
    const all = Array.from({ length: 20 }, () => new Interruption())
    expect(listeners()).toEqual(before.map(n => n + 2))
    process.emit('SIGINT')
    expect(all.every(({ came }) => came)).toBe(true)
    // While they end, another begins to work, and hears the next one.
    const next = new Interruption()
    expect(next.came).toBe(false)
    process.emit('SIGINT')
    expect(next.came).toBe(true)
    for (const each of [...all, next]) each.release()
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })
})

describe('checkSignal', () => {
  it('takes a signal, or none', () => {
    checkSignal(undefined)
    checkSignal(new AbortController().signal)
  })

  it('refuses what is none, and names what was meant', () => {
    expect(() => checkSignal(new AbortController())).toThrow(
      /signal is a AbortController; expected an AbortSignal.*Pass its \.signal/,
    )
    expect(() => checkSignal('SIGINT')).toThrow(/signal is 'SIGINT'; expected an AbortSignal/)
    expect(() => checkSignal(null)).toThrow(TypeError)
  })

  it('throws what one that is aborted already gives', async () => {
    const reason = { mine: true }
    expect(() => checkSignal(AbortSignal.abort(reason))).toThrow(expect.objectContaining(reason))
    expect(() => checkSignal(AbortSignal.abort())).toThrow(expect.objectContaining({ name: 'AbortError' }))
    const timeout = AbortSignal.timeout(0)
    await new Promise(resolve => setTimeout(resolve, 10))
    expect(() => checkSignal(timeout)).toThrow(expect.objectContaining({ name: 'TimeoutError' }))
  })
})
