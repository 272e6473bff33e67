/**
 * A plugin of oxlint. `texts/no-takes`: a doc comment says what the signature does not, and so does not start by listing what the
 * function takes (CONTRIBUTING.md).
 */
const noTakes = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (comment.type !== 'Block' || !/^\*\s*(?:\*\s*)?Takes\b/.test(comment.value)) continue;
        context.report({
          loc: comment.loc,
          message:
            'A doc comment that starts with "Takes" repeats the signature: say why, the units, or what is thrown.',
        });
      }
    },
  }),
};

export default { meta: { name: 'texts' }, rules: { 'no-takes': noTakes } };
