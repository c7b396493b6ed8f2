import type { Scenario } from '../replay'
import { API } from './api'
import { DASHBOARD } from './dash'
import { CONTROL } from './emulator'
import { GATE } from './gate'
import { TEAM_DOMAIN } from './team'

export const SCENARIOS: Scenario[] = [...GATE, ...TEAM_DOMAIN, ...DASHBOARD, ...API, ...CONTROL]
