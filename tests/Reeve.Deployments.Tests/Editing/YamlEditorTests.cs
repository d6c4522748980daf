using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Editing;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Tests.Editing;

public sealed class YamlEditorTests
{
    private const string Project = """
        # a file that somebody cares for
        name: flows   # the name

        pull:   # where from
        - prefect.deployments.steps.git_clone:
            repository: 'https://git.example/a.git' # quoted so
            branch: "main"

        definitions:
          pool: &pool
            name: local

        deployments:
        # the first
        - name: one
          tags: [a, 'b']   # two tags
          parameters: {}
          schedules:
            - cron: "0 6 * * *"   # mornings
              timezone: Europe/Berlin
          work_pool: *pool

        # the second
        - name: two
          description: |
            Two lines,

            kept as they are.
          entrypoint:   # to come
          work_pool:
            name: other
            # commented_out: 1
        # at the end

        """;

    private static YamlEditor Open(string text)
    {
        var (editor, faults) = YamlEditor.Open("f.yaml", text);
        Assert.Empty(faults);
        return editor!;
    }

    private static string Merged(string text, string[] path, string changes)
    {
        var editor = Open(text);
        editor.Merge(path, (JsonObject)JsonNode.Parse(changes)!);
        return editor.Text;
    }

    [Fact]
    public void Value_in_a_line_is_replaced_and_the_rest_of_the_line_stays()
    {
        Assert.Equal(Project.Replace("name: flows   # the name", "name: other   # the name", StringComparison.Ordinal), Merged(Project, [], """{"name": "other"}"""));
        Assert.Equal(Project.Replace("[a, 'b']   # two", "[x]   # two", StringComparison.Ordinal), Merged(Project, ["deployments", "0"], """{"tags": ["x"]}"""));
        Assert.Equal(Project.Replace("branch: \"main\"", "branch: dev", StringComparison.Ordinal),
            Merged(Project, ["pull", "0", "prefect.deployments.steps.git_clone"], """{"branch": "dev"}"""));
    }

    [Fact]
    public void Value_that_is_the_same_is_not_touched() =>
        Assert.Equal(Project, Merged(Project, ["deployments", "0"], """{"name": "one", "tags": ["a", "b"], "work_pool": {"name": "local"}, "schedules": [{"cron": "0 6 * * *", "timezone": "Europe/Berlin"}]}"""));

    [Fact]
    public void Empty_values_are_filled_in_before_their_comments()
    {
        Assert.Equal(Project.Replace("entrypoint:   # to come", "entrypoint: a.cs:B   # to come", StringComparison.Ordinal), Merged(Project, ["deployments", "1"], """{"entrypoint": "a.cs:B"}"""));
        Assert.Equal(Project.Replace("parameters: {}\n", "parameters:\n    count: 1\n    when: \"12:30\"\n", StringComparison.Ordinal),
            Merged(Project, ["deployments", "0"], """{"parameters": {"count": 1, "when": "12:30"}}"""));
    }

    [Fact]
    public void Block_text_is_replaced_whole_and_what_follows_stays() =>
        Assert.Equal(Project.Replace("description: |\n    Two lines,\n\n    kept as they are.\n", "description: short\n", StringComparison.Ordinal), Merged(Project, ["deployments", "1"], """{"description": "short"}"""));

    [Fact]
    public void New_key_stands_behind_the_last_one_of_its_mapping()
    {
        Assert.Equal(Project.Replace("    name: other\n", "    name: other\n    work_queue_name: fast\n", StringComparison.Ordinal), Merged(Project, ["deployments", "1"], """{"work_pool": {"work_queue_name": "fast"}}"""));
        Assert.Equal(Project.Replace("  work_pool: *pool\n", "  work_pool: *pool\n  version: 1.2.3\n", StringComparison.Ordinal), Merged(Project, ["deployments", "0"], """{"version": "1.2.3"}"""));
    }

    [Fact]
    public void Lists_are_indented_as_the_old_one_was() =>
        Assert.Contains("  schedules:\n    - interval: 60\n    - cron: \"5 * * * *\"\n  work_pool", Merged(Project, ["deployments", "0"], """{"schedules": [{"interval": 60}, {"cron": "5 * * * *"}]}"""), StringComparison.Ordinal);

    [Fact]
    public void Change_of_an_alias_leaves_the_anchor_and_merges_it()
    {
        var text = Merged(Project, ["deployments", "0"], """{"work_pool": {"work_queue_name": "fast"}}""");

        Assert.Equal(Project.Replace("  work_pool: *pool\n", "  work_pool:\n    <<: *pool\n    work_queue_name: fast\n", StringComparison.Ordinal), text);
    }

    [Fact]
    public void Change_below_an_anchor_that_others_use_is_refused()
    {
        var editor = Open(Project);

        Assert.Throws<YamlEditException>(() => editor.Set(["definitions", "pool", "name"], "changed"));
        Assert.Equal(Project, editor.Text);
    }

    [Theory]
    [InlineData("? name\n: x\n", "version")]
    [InlineData("a: &x\nversion: !!str 1\nb: *x\n", "version")]
    [InlineData("version: &v 1\nb: *v\n", "version")]
    public void Rare_notations_are_refused_and_nothing_is_changed(string text, string key)
    {
        var editor = Open(text);

        Assert.Throws<YamlEditException>(() => editor.Set([key], new JsonObject { ["x"] = 1 }));
        Assert.Equal(text, editor.Text);
    }

    [Fact]
    public void Item_is_added_behind_the_last_with_the_spacing_that_is_usual_there()
    {
        var editor = Open(Project);
        editor.Append(["deployments"], JsonNode.Parse("""{"name": "three", "tags": ["x"], "work_pool": {"name": "p"}}""")!);

        Assert.Equal(Project.Replace("    # commented_out: 1\n", "    # commented_out: 1\n\n- name: three\n  tags: [x]\n  work_pool:\n    name: p\n", StringComparison.Ordinal), editor.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("name: x")]
    [InlineData("name: x\ndeployments:\n")]
    [InlineData("name: x\ndeployments: []  # none yet\n")]
    [InlineData("name: x\ndeployments: null\nother: 1\n")]
    [InlineData("{name: x}\n")]
    [InlineData("{name: x, deployments: [{name: y}]}")]
    [InlineData("---\nname: x\n...\n")]
    [InlineData("deployments:\n  - name: a\n    x: >+\n      text\n\nname: x\n")]
    [InlineData("deployments:\n- \n- name: a")]
    public void Item_is_added_to_whatever_is_there(string text)
    {
        var before = Open(text).Values?["deployments"] as JsonArray ?? [];
        var editor = Open(text);
        editor.Append(["deployments"], JsonNode.Parse("""{"name": "new", "entrypoint": "a.cs:B"}""")!);

        var after = (JsonArray)Open(editor.Text).Values!["deployments"]!;
        Assert.Equal(before.Count + 1, after.Count);
        Assert.Equal("new", after[^1]!["name"]!.ToString());
        Assert.Equal(text.EndsWith('\n') || text.Length == 0, editor.Text.EndsWith('\n'));
    }

    [Fact]
    public void Windows_line_ends_a_missing_last_one_and_tabs_before_comments_stay()
    {
        var text = "name: x\t# tab\r\ndeployments:\r\n- name: one\r\n  version: \"1\"";

        Assert.Equal("name: x\t# tab\r\ndeployments:\r\n- name: one\r\n  version: \"1\"\r\n  tags: [a]", Merged(text, ["deployments", "0"], """{"tags": ["a"]}"""));
        Assert.Equal("name: other\t# tab\r\ndeployments:\r\n- name: one\r\n  version: \"1\"", Merged(text, [], """{"name": "other"}"""));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("12:30")]
    [InlineData("2026-01-31")]
    [InlineData("0 6 * * *")]
    [InlineData("{{ build_image.image }}")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData("- x")]
    [InlineData("# x")]
    [InlineData("&a")]
    [InlineData("")]
    [InlineData("1e3")]
    [InlineData("0x1f")]
    [InlineData("null")]
    [InlineData("trailing ")]
    [InlineData("tab\there")]
    [InlineData("two\nlines\n")]
    [InlineData(" begins\nwith a blank")]
    [InlineData("two\n\nlines")]
    [InlineData("line \nends with a blank")]
    [InlineData("näme ✓ 😀")]
    [InlineData("quote \" and \\ backslash")]
    [InlineData("\u0001\u0085\u2028")]
    public void Any_text_comes_back_as_it_was(string value)
    {
        foreach (var text in (string[])["a:\n  k: old # c\n", "a: {k: old}\n", "a:\n  - k:\n"])
        {
            var editor = Open(text);
            editor.Set(text.Contains('-', StringComparison.Ordinal) ? ["a", "0", "k"] : ["a", "k"], value);
        }
    }

    // Whatever the file looks like: the edited text says the wanted values (the editor itself refuses else), and lines that are not concerned are the same.
    [Fact]
    public void Edits_of_many_made_up_files_leave_every_other_line_alone()
    {
        var refused = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var text = MadeUp(random);
            var (opened, faults) = YamlEditor.Open("f", text);
            Assert.True(faults.Count == 0, $"{seed}: {string.Join("; ", faults)}\n{text}");
            try
            {
                opened!.Append(["deployments"], new JsonObject { ["name"] = "added", ["parameters"] = new JsonObject { ["a"] = 1 } });
                AssertKept(text, opened.Text, removed: 0, seed);
                var middle = opened.Text;
                opened.Merge(["deployments", "1"], new JsonObject { ["version"] = "9", ["added"] = "x" });
                AssertKept(middle, opened.Text, removed: 1, seed);
                middle = opened.Text;
                opened.Merge(["deployments", "0"], new JsonObject { ["work_pool"] = new JsonObject { ["name"] = "changed" } });
                AssertKept(middle, opened.Text, removed: 1, seed);
            }
            catch (YamlEditException)
            {
                refused++;
            }
        }
        Assert.True(refused < 40, $"{refused} of 400 were refused");
    }

    private static void AssertKept(string before, string after, int removed, int seed)
    {
        var end = before.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var (old, now) = (before.Split(end), after.Split(end));
        // The longest run of lines, in order, that both have.
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var missing = old.Length - common[0, 0];
        Assert.True(missing <= removed, $"seed {seed}: {missing} lines are gone\n--- before\n{before}\n--- after\n{after}");
        if (end == "\r\n")
            Assert.Equal(after.Count(c => c == '\n'), after.Split("\r\n").Length - 1);
    }

    private static string MadeUp(Random random)
    {
        var end = random.Next(4) == 0 ? "\r\n" : "\n";
        var text = new StringBuilder();
        var indent = random.Next(2) * 2;
        void Line(string line) => text.Append(line).Append(random.Next(5) == 0 && !line.EndsWith('|') ? "   # note " + random.Next(9) : "").Append(end);
        void Noise(int columns)
        {
            if (random.Next(4) == 0)
                text.Append(' ', columns).Append("# comment ").Append(random.Next(99)).Append(end);
            if (random.Next(6) == 0)
                text.Append(end);
        }

        Line("name: " + Pick(random, "plain", "'single'", "\"double\"", "with: \"x\"".Replace("with: ", "", StringComparison.Ordinal)));
        Noise(0);
        Line("x-pool: &pool");
        Line("  name: shared");
        Noise(0);
        Line("deployments:");
        var items = random.Next(2, 5);
        for (var i = 0; i < items; i++)
        {
            Noise(indent);
            var pad = new string(' ', indent + 2);
            Line(new string(' ', indent) + $"- name: d{i}");
            Noise(indent + 2);
            if (random.Next(2) == 0)
                Line(pad + "version: " + Pick(random, "", "'1'", "1.0.0", "\"a\"", "null", "~"));
            if (random.Next(2) == 0)
                Line(pad + "tags: " + Pick(random, "[]", "[a, b]", "[ 'x' , \"y\" ]"));
            if (random.Next(3) == 0)
            {
                text.Append(pad).Append("description: ").Append(Pick(random, "|", ">", "|-", "|+")).Append(end);
                text.Append(pad).Append("  first # no comment").Append(end).Append(end).Append(pad).Append("  second").Append(end);
            }
            switch (random.Next(4))
            {
                case 0:
                    Line(pad + "work_pool: *pool");
                    break;
                case 1:
                    Line(pad + "work_pool: {name: inline, work_queue_name: q}");
                    break;
                case 2:
                    Line(pad + "work_pool:");
                    Noise(indent + 4);
                    Line(pad + "  name: own");
                    break;
            }
            if (random.Next(3) == 0)
            {
                Line(pad + "schedules:");
                Line(pad + Pick(random, "", "  ") + "- cron: '0 6 * * *'");
            }
        }
        Noise(0);
        if (random.Next(2) == 0)
            Line("x-last: 1");
        Noise(0);
        var whole = text.ToString();
        return random.Next(4) == 0 ? whole.TrimEnd('\r', '\n') : whole;
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
