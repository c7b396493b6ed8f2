import type { Scenario } from '../replay'
import { GATE } from './gate'
import { TEAM_DOMAIN } from './team'

export const SCENARIOS: Scenario[] = [...GATE, ...TEAM_DOMAIN]
