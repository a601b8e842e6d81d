import { openStage, openWindow, signIn } from './ui-stage.ts'
import { axe } from '../support/browser.ts'
const stage = await openStage({ MFA_MAX_AGE_SECONDS: '86400' })
const { page, complaints, context } = await openWindow(stage)
const shot = async (name: string) => { await page.waitForTimeout(400); await page.screenshot({ path: `/tmp/shots-ui/${name}.png` }); const f = await axe(page); if (f.length) console.log(name, JSON.stringify(f)) }
const doc = (name: string) => page.screenshot({ path: `/work/main/docs/images/${name}.png`, clip: { x: 340, y: 30, width: 680, height: name.endsWith('open') ? 320 : 660 } })
try {
  await signIn(stage, page, '/')
  await page.getByRole('heading', { name: 'The last' }).waitFor(); await shot('50-overview')
  await page.goto(stage.panel + '/settings'); await page.getByText('impersonation_seconds').waitFor(); await shot('51-settings')
  await page.goto(stage.panel + '/impersonations'); await page.getByText('leilani').first().waitFor(); await shot('52-imps')
  await page.goto(stage.panel + '/audit'); await page.getByText('audit.viewed').last().waitFor(); await page.waitForTimeout(300); await shot('53-audit')
  await page.goto(stage.panel + '/users/usr_jane?tab=audit'); await page.locator('tbody tr').first().waitFor(); await shot('54-uaudit')
  await page.goto(stage.panel + '/users/usr_jane?tab=apps'); await page.getByText('Nobody has asked').waitFor(); await shot('55-consents')
  await page.goto(stage.panel + '/users/usr_jane?impersonate=1'); await page.getByLabel('Reason').fill('cannot see charger 12'); await page.getByLabel('Ticket').fill('SUP-1234'); await page.waitForTimeout(1200); await page.getByRole('button', { name: 'Start', exact: true }).focus(); await shot('56-dialog'); await page.mouse.click(5, 890); await doc('impersonate-dialog')
  await page.getByLabel('Acme Billing').click(); await page.waitForTimeout(1000); await page.getByRole('button', { name: 'Start', exact: true }).click(); await page.getByRole('link', { name: 'Open Acme Billing' }).waitFor(); await shot('57-open2')
  await page.getByRole('button', { name: 'Show token' }).click(); await shot('58-token')
  await page.keyboard.press('Escape'); await page.waitForTimeout(300)
  await page.getByRole('button', { name: 'End it and continue' }).click(); await page.getByLabel('Reason').fill('cannot see charger 12'); await page.waitForTimeout(1000); await page.getByRole('button', { name: 'Start', exact: true }).click(); await page.getByRole('link', { name: 'Open Acme Portal' }).waitFor(); await page.waitForTimeout(300); await doc('impersonate-open')
  await page.emulateMedia({ colorScheme: 'dark' }); await shot('59-open-dark'); await page.keyboard.press('Escape')
  await page.goto(stage.panel + '/audit?from=nonsense'); await page.getByRole('alert').waitFor(); await shot('60-error')
  await context.clearCookies(); await page.getByRole('button', { name: 'Try again' }).click(); await page.getByRole('dialog').waitFor(); await shot('61-expired')
} catch (e) { console.log(e); await shot('error') }
console.log('complaints', complaints)
await stage.close()
process.exit(0)
