/**
 * What is wrong with a page for those who do not see it, see it dark, or have it on a phone; and its
 * pictures, kept where `CW_SCREENSHOTS` says, for people to look at.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const desktop = { width: 1200, height: 900 };
const phone = { width: 390, height: 844 };
/** As narrow as phones are. */
const narrow = { width: 360, height: 740 };

export async function violationsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    // In the dark only the colours differ.
    if (colorScheme === 'dark') axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    found.push(...violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html}`));
  }
  await page.setViewportSize(narrow);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) found.push(`${over} pixels wider than a phone`);
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

export async function keepPictures(page: Page, name: string): Promise<void> {
  const folder = process.env.CW_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.setViewportSize(phone);
  await page.screenshot({ path: join(folder, `${name}-phone.png`), fullPage: true });
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: 'light' });
}
