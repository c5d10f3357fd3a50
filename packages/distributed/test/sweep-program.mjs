import { sweep } from '@onecycle/distributed'

const { best } = await sweep(JSON.parse(process.argv[2]))
console.log(JSON.stringify(best))
