import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Note } from './note.tsx';

type Props = { children: ReactNode };
type State = { message: string | undefined };

/** Keeps a mistake of ours inside one page: navigation and header stay, and the page can be tried again. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { message: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === undefined) return this.props.children;
    return (
      <div className="page page-scroll">
        <h1>This page could not be drawn</h1>
        <Note tone="bad">
          <p>That is a mistake in Belfry; jobs and posts go on. Please report it with this text:</p>
          <p className="note-code">{this.state.message}</p>
        </Note>
        <div className="buttons">
          <Button icon="retry" onClick={() => this.setState({ message: undefined })}>
            Try again
          </Button>
        </div>
      </div>
    );
  }
}
