// Monaco runs its language services in workers. Naming them here makes Vite
// bundle each as a file of our own origin; without them Monaco falls back to
// the main thread and loses completion and validation.
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JSONWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    switch (label) {
      case 'graphql':
        return new GraphQLWorker();
      case 'json':
        return new JSONWorker();
      default:
        return new EditorWorker();
    }
  },
};
