import {
  ActionIcon,
  Badge,
  Button,
  Card,
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
  Menu,
  Modal,
  Paper,
  SegmentedControl,
  Tooltip,
} from '@mantine/core';

/** Stone, ink and bronze: the colours of a bell tower. Text pairs keep a contrast of 4.5 (tests/renderer/contrast). */
const brand: MantineColorsTuple = [
  '#eef6f9',
  '#e2eef3',
  '#bfdbe6',
  '#a8d8eb',
  '#7fc1dc',
  '#4f9dbb',
  '#2f7b9a',
  '#1d6480',
  '#164e64',
  '#0e3848',
];
const stone: MantineColorsTuple = [
  '#fbfaf7',
  '#f6f4f0',
  '#efece6',
  '#e1dcd2',
  '#cfc8bb',
  '#aaa399',
  '#8f887c',
  '#655f56',
  '#3a3630',
  '#211e1a',
];
const ink: MantineColorsTuple = [
  '#ece9e4',
  '#c9c4bc',
  '#aaa399',
  '#7d766c',
  '#4a4540',
  '#383430',
  '#2b2826',
  '#22201e',
  '#191816',
  '#151412',
];

const red: MantineColorsTuple = [
  '#fdf4f3',
  '#fae8e5',
  '#f6d0ca',
  '#f3b8af',
  '#f39c92',
  '#dd6b61',
  '#bf4239',
  '#a9342c',
  '#922821',
  '#8a241e',
];
const green: MantineColorsTuple = [
  '#f1f8f2',
  '#e2f0e4',
  '#c6e2cb',
  '#a9d7b2',
  '#8ad09e',
  '#54a36a',
  '#378049',
  '#2b6d3b',
  '#225a30',
  '#1f542c',
];
const yellow: MantineColorsTuple = [
  '#fdf8ec',
  '#f9eed5',
  '#f2deb0',
  '#ecd091',
  '#e5bf73',
  '#c2913a',
  '#9a6a16',
  '#84580d',
  '#6f4807',
  '#684306',
];

/** Mantine's theme: sizes are in rem, so that all of it follows the browser's font size. */
export const theme = createTheme({
  colors: { brand, gray: stone, dark: ink, red, green, yellow, orange: yellow },
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  black: '#211e1a',
  fontFamily:
    'Inter, system-ui, -apple-system, "Segoe UI", Cantarell, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.1875rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.35' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.375rem', xl: '2rem' },
  radius: { xs: '0.25rem', sm: '0.375rem', md: '0.5rem', lg: '0.625rem', xl: '1rem' },
  defaultRadius: 'md',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.1875rem', lineHeight: '1.35' },
      h2: { fontSize: '0.875rem', lineHeight: '1.45' },
      h3: { fontSize: '0.875rem', lineHeight: '1.45' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'default', size: 'md' } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', tt: 'none', fw: 600 } }),
    Button: Button.extend({
      defaultProps: { variant: 'default', size: 'xs', fw: 600 },
      // The library's own choice between black and white knows the light theme's shade only.
      vars: (_theme, { variant, color }) => ({
        root:
          variant === 'filled' && color === undefined
            ? { '--button-color': 'var(--mantine-primary-color-contrast)' }
            : {},
      }),
    }),
    Card: Card.extend({ defaultProps: { withBorder: true, radius: 'lg', padding: 'md' } }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg' } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { size: 'sm' } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', position: 'bottom-end' } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.4 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withinPortal: true } }),
  },
});

/** What Mantine names differently from us, or does not name: the ground behind cards and the soft tones of a status. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fffefc',
    '--mantine-color-dimmed': 'var(--muted)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-placeholder': '#787166',
  },
  dark: {
    '--mantine-color-body': '#22201e',
    '--mantine-color-dimmed': 'var(--muted)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-placeholder': '#8b847a',
  },
});
