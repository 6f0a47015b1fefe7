/**
 * A page in a real browser and what every test does with it, so that tests say only what is theirs: it
 * is opened, everything that goes wrong in it is noted, and it is read, pressed and signed in as people do.
 */
import type { Locator, Page } from 'playwright-core';
import { absentHere } from '../support/absent-here.js';
import { findChromium, openBrowser, type OpenBrowser } from './browser.js';

export class Screen {
  /** Exceptions in the page, and what it wrote as errors: there should be none. */
  readonly problems: string[] = [];
  #browser: OpenBrowser | null = null;
  #page: Page | null = null;

  /** Skips the suite where there is no Chromium: before anything else is started. */
  async open(context: Mocha.Context, options: { locale?: string } = {}): Promise<Page> {
    const chromium = findChromium();
    if (!chromium) absentHere(context, 'no Chromium; install it or set CHROMIUM to its path');
    this.#browser = await openBrowser(chromium, options);
    const page = await this.#browser.context.newPage();
    // Two cores train, serve and draw at the same time.
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
    this.#page = page;
    return page;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }

  get page(): Page {
    return this.#page!;
  }

  /** Opens an address and waits until what stands there was read. */
  readonly goTo = async (url: string): Promise<void> => {
    await this.page.goto(url);
    await this.page.locator('main h1').waitFor();
    const waits = /Reading the chain|Loading this part|正在读取链|正在载入页面/;
    await this.page.getByText(waits).waitFor({ state: 'detached' });
  };

  readonly text = (): Promise<string> => this.page.locator('main').innerText();

  readonly says = (text: string | RegExp): Promise<void> =>
    this.page.getByText(text).first().waitFor();

  readonly saysNoMore = (text: string | RegExp): Promise<void> =>
    this.page.getByText(text).waitFor({ state: 'detached' });

  readonly button = (name: string | RegExp): Locator => this.page.getByRole('button', { name });

  readonly press = (name: string | RegExp): Promise<void> => this.button(name).click();

  readonly field = (label: string): Locator => this.page.getByLabel(label, { exact: true });

  /** Presses, and signs one transaction after the other, each of which calls or does what is named. */
  readonly sign = async (name: string | RegExp, methods: readonly string[]): Promise<void> => {
    await this.press(name);
    for (const method of methods) {
      await this.asked(method);
      await this.press('Sign');
    }
  };

  /** The development wallet asks whether its owner wants this. */
  readonly asked = (method: string): Promise<void> =>
    this.page.getByRole('dialog').getByText(`"${method}"`).first().waitFor();
}
