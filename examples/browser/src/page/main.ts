import { Digits } from './digits.js'
import { showDoctor } from './doctor.js'
import { TableSection } from './table.js'
import { warmUp } from './warm-up.js'
import { offerThreads, takeAddress } from './worker.js'

offerThreads()
takeAddress()
showDoctor()
await Promise.all([new Digits().show(), new TableSection().show()])
await warmUp()
document.documentElement.dataset['ready'] = 'yes'
