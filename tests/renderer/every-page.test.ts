import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findBrowser, goTo, windowsIn } from '../support/window/browser.ts';
import { crowdedWorld, placesOf } from '../support/window/places.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
const open = windowsIn(browser);

/**
 * Texts of the page whose contrast with what lies behind them is below 4.5 (WCAG 1.4.3), as the browser computed the
 * colours; 3 for large text. Disabled controls are exempt.
 */
async function weakTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = [red: number, green: number, blue: number, alpha: number];
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const read = (css: string): Colour => {
      if (!canvas) throw new Error('There is no canvas');
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = (front: Colour, back: Colour, opacity = 1): Colour => {
      const alpha = front[3] * opacity;
      const mix = (at: 0 | 1 | 2) => front[at] * alpha + back[at] * (1 - alpha);
      return [mix(0), mix(1), mix(2), 1];
    };
    const chain = (element: Element): Element[] =>
      element.parentElement ? [...chain(element.parentElement), element] : [element];
    const luminance = ([red, green, blue]: Colour) => {
      const part = (value: number) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const weak: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim();
      if (!element || !text || !element.checkVisibility()) continue;
      if (element.closest('script, noscript, .visually-hidden, :disabled, [aria-disabled="true"], option'))
        continue;
      let back: Colour = [255, 255, 255, 1];
      let opacity = 1;
      for (const one of chain(element)) {
        const style = getComputedStyle(one);
        opacity *= Number(style.opacity);
        back = over(read(style.backgroundColor), back, opacity);
      }
      const style = getComputedStyle(element);
      const front = over(read(style.color), back, opacity);
      const [light = 0, dark = 0] = [luminance(front), luminance(back)].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5))
        weak.push(`${ratio.toFixed(2)} ${element.className}: ${text.slice(0, 40)}`);
    }
    return [...new Set(weak)];
  });
}

/** Controls that Tab does not reach, and those that show no ring when it does. */
async function walkByKeyboard(page: Page): Promise<{ missed: string[]; ringless: string[] }> {
  const count = await page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll('a[href], button, input, select, textarea, summary'),
    ].filter(
      (control) => control.checkVisibility({ visibilityProperty: true }) && !control.matches(':disabled'),
    );
    for (const control of controls) control.setAttribute('data-walk', 'not met');
    document.addEventListener('focusin', ({ target }) => {
      if (!(target instanceof Element)) return;
      // A weekday shows the ring of the checkbox that lies invisible over it.
      const shown = target.matches('.weekday input') ? target.nextElementSibling : target;
      const { outlineStyle, outlineWidth } = getComputedStyle(shown ?? target);
      const hasRing = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      if (target.hasAttribute('data-walk'))
        target.setAttribute('data-walk', hasRing ? 'met' : 'without ring');
    });
    document.querySelector<HTMLElement>('.skip-link')?.focus();
    return controls.length;
  });
  // Fields of several parts take one Tab for each of them.
  for (let step = 0; step < count + 25; step += 1) await page.keyboard.press('Tab');
  return page.evaluate(() => {
    const ones = (state: string) =>
      [...document.querySelectorAll(`[data-walk="${state}"]`)]
        // Of radio buttons with one name Tab meets the chosen one; arrows lead to the others.
        .filter((control) => !control.matches('input[type="radio"]:not(:checked)'))
        .map((control) => control.outerHTML.slice(0, 120));
    return { missed: ones('not met'), ringless: ones('without ring') };
  });
}

describe.skipIf(!browser)('every page', () => {
  test('has one main heading with the focus, names for all controls, no sideways scrolling and no complaint', async () => {
    const { page, complaints } = await open(crowdedWorld(), { width: 800 });
    for (const place of placesOf('full')) {
      await arrive(page, place);
      const found = await page.evaluate(() => ({
        headings: document.querySelectorAll('h1').length,
        focused: document.activeElement?.tagName,
        unnamed: [...document.querySelectorAll('button, a, input, select, textarea')]
          .filter((control) => {
            const labels = control instanceof HTMLInputElement ? [...(control.labels ?? [])] : [];
            const labelled = document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
            return !(
              control.textContent?.trim() ||
              control.getAttribute('aria-label') ||
              labels.length > 0 ||
              (control.id && labelled)
            );
          })
          .map((control) => control.outerHTML),
        sideways: document.documentElement.scrollWidth > window.innerWidth,
        twice: [...document.querySelectorAll('[id]')]
          .map((element) => element.id)
          .filter((id, index, all) => all.indexOf(id) !== index),
      }));
      expect({ place, ...found }).toEqual({
        place,
        headings: 1,
        focused: 'H1',
        unnamed: [],
        sideways: false,
        twice: [],
      });
    }
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'is readable in the %s theme, full and empty',
    async (theme) => {
      const weak: Record<string, string[]> = {};
      for (const [kind, some] of [
        ['full', crowdedWorld()],
        ['empty', world()],
      ] as const) {
        some.settings = { ...some.settings, theme };
        const { page } = await open(some, { width: 1200 });
        await page.waitForFunction(
          (wanted) => document.documentElement.dataset['mantineColorScheme'] === wanted,
          theme,
        );
        for (const place of placesOf(kind)) {
          await arrive(page, place);
          const found = await weakTexts(page);
          if (found.length > 0) weak[`${kind} ${place}`] = found;
        }
      }
      expect(weak).toEqual({});
    },
    60_000,
  );

  test('can be walked by Tab alone, and shows where one is', async () => {
    const { page } = await open(crowdedWorld(), { width: 1200 });
    const found: Record<string, unknown> = {};
    for (const place of placesOf('full')) {
      await arrive(page, place);
      const { missed, ringless } = await walkByKeyboard(page);
      if (missed.length + ringless.length > 0) found[place] = { missed, ringless };
    }
    expect(found).toEqual({});
  }, 60_000);

  test('gives the focus back to what opened a question', async () => {
    const { page } = await open(crowdedWorld(), { at: '#/jobs/news' });
    const remove = page.getByRole('button', { name: 'Remove' });
    for (const leave of ['Escape', 'Enter']) {
      await remove.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      // The first control of a question is the one that changes nothing.
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
      await page.keyboard.press(leave);
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Remove');
    }
  });

  // 640 pixels are a usual screen at 200 %, 400 one at 320 %: nothing may be cut off there (WCAG 1.4.10).
  test.each([640, 400])(
    'keeps everything in sight in %i pixels',
    async (width) => {
      const { page } = await open(crowdedWorld(), { width });
      const cut: Record<string, string[]> = {};
      for (const place of placesOf('full')) {
        await arrive(page, place);
        const found = await page.evaluate(() => {
          // What is shortened with an ellipsis, or can be scrolled to, is not lost.
          const isShortened = (element: Element | null): boolean =>
            element !== null &&
            (getComputedStyle(element).textOverflow === 'ellipsis' ||
              ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) ||
              isShortened(element.parentElement));
          return [
            ...document.querySelectorAll('a, button, input, select, textarea, h1, h2, p, td, time, code'),
          ]
            .filter(
              (element) => element.checkVisibility() && !element.closest('.visually-hidden, .skip-link'),
            )
            .filter((element) => !isShortened(element))
            .filter((element) => {
              const frame = element.closest('.list, main, .header, .navigation')?.getBoundingClientRect();
              const { left, right, width: own } = element.getBoundingClientRect();
              return own > 1 && frame !== undefined && (right > frame.right + 1 || left < frame.left - 1);
            })
            .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 30)}`)
            .slice(0, 5);
        });
        if (found.length > 0) cut[place] = found;
      }
      expect(cut).toEqual({});
    },
    60_000,
  );
});

/** Goes to a place and waits until nothing of it is on its way any more. */
async function arrive(page: Page, place: string): Promise<void> {
  await goTo(page, place);
  await page.waitForFunction(
    (hash) =>
      window.location.hash === hash && document.querySelector('h1') && !document.querySelector('.loading'),
    place,
  );
  await page.waitForTimeout(60);
}
