import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { Component, type ReactNode } from 'react';
import { texts } from './texts/index.ts';

interface Props {
  /** Of the page; when it changes, what it names is tried. */
  address: string;
  children: ReactNode;
}

/** Keeps the frame where a page cannot be drawn, and says so in its place. */
export class PageBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.failed && before.address !== this.props.address) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Alert
        type="error"
        header={texts.common.pageFailed}
        action={<Button onClick={() => location.reload()}>{texts.common.reload}</Button>}
      >
        {texts.common.pageFailedText}
      </Alert>
    );
  }
}
