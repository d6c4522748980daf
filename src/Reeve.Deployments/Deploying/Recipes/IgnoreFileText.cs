namespace Reeve.Deployments.Deploying.Recipes;

internal static class IgnoreFileText
{
    public const string Text = """
        # Files that push steps leave behind, in the notation of .gitignore

        # this file itself
        .prefectignore

        # version control and editors
        .git/
        .hg/
        .svn/
        .idea/
        .vs/
        .vscode/
        *.swp
        *~

        # what builds leave: .NET
        bin/
        obj/
        *.user
        TestResults/

        # what Python leaves: caches, builds, environments
        __pycache__/
        *.py[cod]
        *$py.class
        *.egg-info/
        *.egg
        .eggs/
        .ipynb_checkpoints/
        .mypy_cache/
        .dmypy.json
        .pyre/
        .pytest_cache/
        .ruff_cache/
        dask-worker-space/
        .venv/
        venv/
        env/

        # what Node leaves
        node_modules/

        # secrets and leftovers of the system
        .env
        .env.*
        .DS_Store

        """;
}
