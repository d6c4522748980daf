using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Tests.Steps;

public sealed class StepCatalogTests
{
    private static readonly StepCatalog Catalog = StepCatalog.BuiltIn;

    [Theory]
    [InlineData("git_clone", "git_clone")]
    [InlineData("reeve.steps.git_clone", "git_clone")]
    [InlineData("prefect.deployments.steps.git_clone", "git_clone")]
    [InlineData("prefect.deployments.steps.pull.git_clone", "git_clone")]
    [InlineData("prefect.deployments.steps.utility.run_shell_script", "run_shell_script")]
    [InlineData("prefect.projects.steps.git_clone_project", "git_clone")]
    [InlineData("prefect_gcp.deployments.steps.push_to_gcs", "push_to_gcs")]
    [InlineData("prefect_gcp.deployment.steps.push_to_gcs", "push_to_gcs")]
    [InlineData("prefect_gcp.projects.steps.push_project_to_gcs", "push_to_gcs")]
    [InlineData("reeve.steps.push_to_gcs", "push_to_gcs")]
    [InlineData("prefect_aws.deployments.steps.pull_from_s3", "pull_from_s3")]
    public void Every_name_of_the_years_finds_its_step(string written, string name) => Assert.Equal(name, Catalog.Find(written)?.Signature.Name);

    [Theory]
    [InlineData("prefect_aws.deployments.steps.push_to_gcs")]
    [InlineData("prefect_gcp.deployments.steps.git_clone")]
    [InlineData("mine.git_clone")]
    public void Name_in_another_package_is_another_step(string written) => Assert.Null(Catalog.Find(written));

    [Theory]
    [InlineData("prefect_docker.deployments.steps.bild", true)]
    [InlineData("bild", true)]
    [InlineData("my_package.steps.bild", false)]
    public void Package_that_is_built_in_is_answered_for(string written, bool ours) => Assert.Equal(ours, StepCatalog.IsOurs(written));

    [Theory]
    [InlineData("prefect_gcp.deploymets.steps.push_to_gsc", "did you mean 'prefect_gcp.deployments.steps.push_to_gcs'?")]
    [InlineData("prefect_gcp.projects.steps.push_to_gsc", "did you mean 'prefect_gcp.projects.steps.push_to_gcs'?")]
    [InlineData("git_clon", "did you mean 'prefect.deployments.steps.git_clone'?")]
    public void Misspelt_name_gets_a_hint(string written, string hint) => Assert.Equal(hint, Catalog.Hint(written));
}
