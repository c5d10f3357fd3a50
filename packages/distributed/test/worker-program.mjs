import { sweepWorker } from '@onecycle/distributed'

await sweepWorker(JSON.parse(process.argv[2]))
