/**
 * ESLint's max-lines-per-function, except that the methods of an object literal count for themselves only:
 * a factory such as `createStore(db) => ({ ...methods })` is a list of functions, not a long one.
 */
export const functionLength = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'integer', minimum: 1 }],
    messages: { long: 'This function has {{lines}} lines; stop at {{max}}. Name a part of it.' },
  },
  create(context) {
    const max = context.options[0];
    /** For every open function: lines that belong to methods inside it. */
    const linesOfMethods = [];
    const enter = () => linesOfMethods.push(0);
    const leave = (node) => {
      const span = node.loc.end.line - node.loc.start.line + 1;
      const inside = linesOfMethods.pop();
      const lines = span - inside;
      if (lines > max) {
        context.report({
          node,
          messageId: 'long',
          data: { lines: String(lines), max: String(max) },
        });
      }
      // The whole method leaves the count of the factory around it; of any other function only what left this one.
      if (linesOfMethods.length > 0)
        linesOfMethods[linesOfMethods.length - 1] += isMethod(node) ? span : inside;
    };
    return {
      FunctionDeclaration: enter,
      FunctionExpression: enter,
      ArrowFunctionExpression: enter,
      'FunctionDeclaration:exit': leave,
      'FunctionExpression:exit': leave,
      'ArrowFunctionExpression:exit': leave,
    };
  },
};

function isMethod(node) {
  return node.parent?.type === 'Property' && node.parent.value === node;
}
