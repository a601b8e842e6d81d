import type { interactionPolicy as policies } from 'oidc-provider'
import { interactionPolicy as library } from 'oidc-provider'
import { MFA_ACR } from '../../index.ts'

/**
 * The library's prompts, and a login that is asked for again when `acr_values` wants a second factor
 * (RFC 9470 §4) that the session has not seen, or when its account is no longer there to be used.
 */
export function interactionPolicy(): policies.DefaultPolicy {
  const policy = library.base()
  const login = policy.get('login')
  login?.checks.add(
    new library.Check(
      'second_factor_wanted',
      'a login with a second factor is required',
      'login_required',
      ({ oidc }) => wantsSecondFactor(oidc.params) && oidc.session?.acr !== MFA_ACR,
    ),
  )
  login?.checks.add(
    new library.Check(
      'account_gone',
      'the account cannot be used',
      'login_required',
      ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined,
    ),
  )
  return policy
}

export const wantsSecondFactor = (params: Readonly<Record<string, unknown>> | undefined): boolean =>
  typeof params?.['acr_values'] === 'string' && params['acr_values'].split(' ').includes(MFA_ACR)
