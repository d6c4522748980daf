using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying.Recipes;
using Reeve.Deployments.Editing;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Editing;

public sealed class ProjectFileEditorTests
{
    private static ProjectFileEdit Save(string text, string deployment) => ProjectFileEditor.Save("prefect.yaml", text, (JsonObject)JsonNode.Parse(deployment)!);

    [Fact]
    public void Entry_that_init_wrote_is_filled_in_and_keeps_its_order_and_comments()
    {
        var template = new ProjectFileText { Name = "x" }.ToString();

        var edit = Save(template, """{"name": "n", "entrypoint": "a.cs:B", "work_pool": {"name": "p"}, "schedules": [{"interval": 60}]}""");

        Assert.NotNull(edit.Text);
        Assert.Contains("- name: n\n  version:\n  tags: []\n", edit.Text, StringComparison.Ordinal);
        Assert.Contains("  entrypoint: a.cs:B # flows/hello.cs:Hello, App", edit.Text, StringComparison.Ordinal);
        Assert.Contains("    name: p\n    work_queue_name:\n    job_variables: {}\n", edit.Text, StringComparison.Ordinal);
        Assert.Single(ProjectReader.Read("prefect.yaml", edit.Text).Project!.Deployments);
    }

    [Fact]
    public void Same_name_and_entrypoint_is_changed_and_the_same_name_of_another_flow_is_added()
    {
        const string Text = "deployments:\n- name: n\n  entrypoint: a.cs:B\n";

        Assert.Equal("deployments:\n- name: n\n  entrypoint: a.cs:B\n  version: \"2\"\n", Save(Text, """{"name": "n", "entrypoint": "a.cs:B", "version": "2"}""").Text);
        Assert.Equal("deployments:\n- name: n\n  entrypoint: a.cs:B\n- name: n\n  entrypoint: a.cs:C\n", Save(Text, """{"name": "n", "entrypoint": "a.cs:C"}""").Text);
    }

    [Fact]
    public void One_schedule_takes_the_place_of_several_and_the_other_way_round()
    {
        Assert.Equal("deployments:\n- name: n\n  entrypoint: a.cs:B\n  schedules: []\n  schedule:\n    interval: 60\n",
            Save("deployments:\n- name: n\n  entrypoint: a.cs:B\n  schedules:\n  - cron: 0 6 * * *\n", """{"name": "n", "schedule": {"interval": 60}}""").Text);
        Assert.Equal("deployments:\n- name: n\n  entrypoint: a.cs:B\n  schedule: {}\n  schedules:\n  - interval: 60\n",
            Save("deployments:\n- name: n\n  entrypoint: a.cs:B\n  schedule: {cron: 0 6 * * *}\n", """{"name": "n", "schedules": [{"interval": 60}]}""").Text);
    }

    [Fact]
    public void What_a_project_file_may_not_say_is_refused_with_the_snippet()
    {
        var edit = Save("deployments:\n- name: n\n  entrypoint: a.cs:B\n", """{"name": "n", "entrypoint": "a.cs:B", "schedule": {"cron": "no"}}""");

        Assert.Null(edit.Text);
        Assert.Equal("- name: n\n  entrypoint: a.cs:B\n  schedule:\n    cron: \"no\"\n", edit.Snippet);
        Assert.NotNull(Save("f: [", """{"name": "n"}""").Refusal);
    }

    [Fact]
    public async Task File_keeps_its_mark_its_rights_and_being_a_link()
    {
        using var folder = new TemporaryFolder();
        var (real, link) = (folder.At("real.yaml"), folder.At("prefect.yaml"));
        await File.WriteAllBytesAsync(real, [0xef, 0xbb, 0xbf, (byte)'a'], TestContext.Current.CancellationToken);
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(link, real);

        var file = await EditedFile.ReadAsync(link, TestContext.Current.CancellationToken);
        Assert.Equal("a", file.Text);
        await file.WriteAsync("ä", TestContext.Current.CancellationToken);

        Assert.Equal([0xef, 0xbb, 0xbf, 0xc3, 0xa4], await File.ReadAllBytesAsync(real, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));
        Assert.NotNull(File.ResolveLinkTarget(link, returnFinalTarget: false));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }
}
