import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LivingFit } from './living-fit.js'

test('a button of a fit that is gone, or does not answer, says so', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onecycle-living-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const fit = new LivingFit(dir)
  expect(await fit.act('pause')).toBe('No fit is under way.')
  const server = createServer(() => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(join(dir, 'live.json'), JSON.stringify({ address: `${origin}/a-token-of-the-tests/` }))
  const soon = AbortSignal.timeout(50)
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(soon)
  onTestFinished(() => timeout.mockRestore())
  const late = 'The fit has not answered for 60 seconds: it may yet do what was asked, after its batch.'
  await expect(fit.act('pause')).rejects.toThrow(late)
  expect(timeout).toHaveBeenCalledWith(60_000)
  timeout.mockRestore()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await expect(fit.act('pause')).rejects.toThrow(`Nobody answers at ${origin}: the fit is over, or its process has ended.`)
})
