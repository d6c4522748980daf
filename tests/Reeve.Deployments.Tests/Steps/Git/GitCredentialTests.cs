using System.Text.Json.Nodes;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Steps.Git;

namespace Reeve.Deployments.Tests.Steps.Git;

public sealed class GitCredentialTests
{
    [Theory]
    [InlineData("T", "github.com", "T", "")]
    [InlineData("T:x-oauth-basic", "github.com", "T", "x-oauth-basic")]
    [InlineData("T", "gitlab.com", "oauth2", "T")]
    [InlineData("oauth2:T", "gitlab.example", "oauth2", "T")]
    [InlineData("T", "bitbucket.org", "x-token-auth", "T")]
    [InlineData("me:T", "bitbucket.org", "me", "T")]
    [InlineData("me:T", "bitbucketserver.example", "me", "T")]
    public void Token_is_presented_by_the_rule_of_its_host(string token, string host, string user, string password) =>
        Assert.Equal(new GitCredential(user, password), GitCredential.FromToken(token, host));

    [Fact]
    public void Bitbucket_server_needs_a_user() => Assert.Throws<StepException>(() => GitCredential.FromToken("T", "bitbucketserver.example"));

    [Fact]
    public void Block_with_a_user_is_a_pair() =>
        Assert.Equal(new GitCredential("me", "T"), GitCredential.FromBlock(new JsonObject { ["username"] = "me", ["token"] = "T" }, "bitbucket.org"));

    [Theory]
    [InlineData("https://git.example/a.git", true)]
    [InlineData("http://127.0.0.1:8080/a.git", true)]
    [InlineData("http://localhost/a.git", true)]
    [InlineData("http://[::1]:80/a.git", true)]
    [InlineData("http://git.example/a.git", false)]
    [InlineData("http://127.0.0.1.example/a.git", false)]
    [InlineData("git@git.example:team/a.git", false)]
    [InlineData("ssh://git@git.example/team/a.git", false)]
    [InlineData("file:///srv/a", false)]
    [InlineData("/srv/a", false)]
    public void Credential_goes_only_where_nobody_can_read_it_on_the_way(string address, bool isPrivate)
    {
        var repository = GitRepository.Parse(address);

        Assert.Equal(isPrivate, repository.IsPrivateChannel);
        Assert.Equal("a", repository.Name);
        Assert.Equal(address, repository.Address);
    }

    [Theory]
    [InlineData("https://git.example/a.git", "https://git.example/a", true)]
    [InlineData("https://git.example/a.git", "https://u:p@git.example/a.git/", true)]
    [InlineData("https://git.example/a.git", "https://git.example/b.git", false)]
    public void Same_repository_is_known_in_its_other_spellings(string one, string other, bool same) => Assert.Equal(same, GitRepository.Same(one, other));
}
