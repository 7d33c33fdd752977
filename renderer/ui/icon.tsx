import {
  ArrowDown,
  ArrowDownToLine,
  ArrowUp,
  ArrowUpToLine,
  Bell,
  Calendar,
  Check,
  ChevronLeft,
  ChevronRight,
  CircleQuestionMark,
  CircleUser,
  Clock,
  Copy,
  ExternalLink,
  FileText,
  Folder,
  Image,
  Info,
  LayoutDashboard,
  MessageSquare,
  Minus,
  Pause,
  Pencil,
  Play,
  Plus,
  Repeat,
  RotateCcw,
  Search,
  Shuffle,
  SkipForward,
  SlidersHorizontal,
  Square,
  Terminal,
  Trash2,
  TriangleAlert,
  WifiOff,
  X,
} from 'lucide-react';

/** Icons by what they stand for. */
const icons = {
  overview: LayoutDashboard,
  jobs: Clock,
  runs: Terminal,
  posts: MessageSquare,
  plans: Repeat,
  accounts: CircleUser,
  settings: SlidersHorizontal,
  play: Play,
  pause: Pause,
  plus: Plus,
  check: Check,
  close: X,
  alert: TriangleAlert,
  info: Info,
  right: ChevronRight,
  left: ChevronLeft,
  down: ArrowDown,
  text: FileText,
  up: ArrowUp,
  calendar: Calendar,
  top: ArrowUpToLine,
  bottom: ArrowDownToLine,
  shuffle: Shuffle,
  external: ExternalLink,
  copy: Copy,
  search: Search,
  trash: Trash2,
  retry: RotateCcw,
  edit: Pencil,
  image: Image,
  stop: Square,
  clock: Clock,
  skip: SkipForward,
  dash: Minus,
  question: CircleQuestionMark,
  folder: Folder,
  bell: Bell,
  offline: WifiOff,
} as const;

export type IconName = keyof typeof icons;

/** One icon, hidden from screen readers: the words beside it say the same. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const Drawing = icons[name];
  return <Drawing className="icon" size={size} strokeWidth={1.8} aria-hidden="true" focusable="false" />;
}

/** The mark of Belfry. */
export function Mark() {
  return (
    <svg className="mark" width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="mark-ground" width="32" height="32" rx="8" />
      <path
        className="mark-bell"
        d="M16 6.500a2 2 0 0 1 2 2c3.2.8 5 3.5 5 7v3.600l2 2.900v1H7v-1l2-2.900v-3.600c0-3.5 1.8-6.2 5-7a2 2 0 0 1 2-2Z"
      />
      <path className="mark-clapper" d="M13.3 24.500h5.400a2.7 2.7 0 0 1-5.4 0Z" />
    </svg>
  );
}
