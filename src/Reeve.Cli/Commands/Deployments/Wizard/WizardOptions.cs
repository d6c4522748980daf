using System.CommandLine;
using Reeve.Deployments.Deploying.Recipes;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>The flags of <c>deploy</c> that answer the wizard's questions beforehand.</summary>
internal sealed class WizardOptions
{
    private readonly Option<string?> _createPool = new("--create-pool") { Description = "Make the work pool of this type if there is none of its name: process, docker …", HelpName = "TYPE" };
    private readonly Option<bool> _noSchedule = new("--no-schedule") { Description = "No schedule, and no question about one" };
    private readonly Option<string?> _repository = new("--repository") { Description = "Runs clone the code from this git repository; default: the remote of this folder", HelpName = "URL" };
    private readonly Option<string?> _branch = new("--branch") { Description = "The branch that runs clone; default: the one checked out here", HelpName = "NAME" };
    private readonly Option<bool> _private = new("--private") { Description = "The repository is private: a token is asked for, or see --token-from-env" };
    private readonly Option<bool> _public = new("--public") { Description = "The repository needs no token" };
    private readonly Option<string?> _tokenEnvironment = new("--token-from-env") { Description = "The environment variable with the token of a private repository; it is stored as a Secret block", HelpName = "NAME" };
    private readonly Option<string?> _tokenFile = new("--token-from-file") { Description = "The file with that token", HelpName = "FILE" };
    private readonly Option<string?> _storage = new("--storage") { Description = "Push the code to a cloud and pull it from there: s3, gcs or azure", HelpName = "CLOUD" };
    private readonly Option<string?> _bucket = new("--bucket", "--container") { Description = "The bucket or container for --storage", HelpName = "NAME" };
    private readonly Option<string?> _folder = new("--folder") { Description = "The folder in the bucket; default: the deployment's name", HelpName = "PATH" };
    private readonly Option<string?> _credentials = new("--storage-credentials") { Description = "The block with the bucket's credentials; default: the machine's own identity", HelpName = "BLOCK" };
    private readonly Option<bool> _local = new("--local") { Description = "The code stays in this folder, and no question about it" };
    private readonly Option<string?> _image = new("--build-image") { Description = "Build a Docker image for this deployment: NAME or NAME:TAG", HelpName = "IMAGE" };
    private readonly Option<string?> _dockerfile = new("--dockerfile") { Description = "The image's Dockerfile, or auto; default: the one in this folder, else auto", HelpName = "FILE" };
    private readonly Option<bool> _noImage = new("--no-build-image") { Description = "Build no image, and no question about one" };
    private readonly Option<bool> _pushImage = new("--push-image") { Description = "Push the image to its registry" };
    private readonly Option<bool> _noPushImage = new("--no-push-image") { Description = "Keep the image on this machine" };
    private readonly Option<string?> _registryBlock = new("--image-credentials") { Description = "The docker-registry-credentials block to push the image with", HelpName = "BLOCK" };
    private readonly Option<bool> _save = new("--save") { Description = "Write what the options say to the project file; comments and order there stay" };
    private readonly Option<bool> _noSave = new("--no-save") { Description = "Do not write it, and no question about it" };
    private readonly Option<bool> _ci = new("--no-prompt", "--ci") { Description = "Never ask; what is missing is an error that names its option" };

    public WizardOptions()
    {
        _storage.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } storage && CloudStorage.All.All(known => known.Recipe != storage))
                result.AddError($"--storage is '{storage}'; known are {string.Join(", ", CloudStorage.All.Select(known => known.Recipe))}");
        });
    }

    public IReadOnlyList<Option> Options =>
    [
        _createPool, _noSchedule, _repository, _branch, _private, _public, _tokenEnvironment, _tokenFile, _storage, _bucket, _folder, _credentials, _local,
        _image, _dockerfile, _noImage, _pushImage, _noPushImage, _registryBlock, _save, _noSave, _ci,
    ];

    public bool NeverAsks(ParseResult parse) => parse.GetValue(_ci);

    /// <exception cref="CliException">Two of them exclude each other, or one says nothing without another.</exception>
    public WizardAnswers Read(ParseResult parse)
    {
        Exclude(parse, _private, _public);
        Exclude(parse, _save, _noSave);
        Exclude(parse, _pushImage, _noPushImage);
        Exclude(parse, _image, _noImage);
        Exclude(parse, _tokenEnvironment, _tokenFile);
        var git = (Option?)Given(parse, _repository, _branch, _private, _public, _tokenEnvironment, _tokenFile);
        var cloud = (Option?)Given(parse, _storage, _bucket, _folder, _credentials);
        if ((git ?? cloud) is { } pulled && (Given(parse, _local) ?? (git is null ? null : cloud)) is { } other)
            throw new CliException($"{pulled.Name} and {other.Name} exclude each other: the code comes from one place", exitCode: ExitCodes.Usage);
        if (Given(parse, _public) is not null && Given(parse, _tokenEnvironment, _tokenFile) is { } token)
            throw new CliException($"--public and {token.Name} exclude each other", exitCode: ExitCodes.Usage);
        if (cloud is not null && parse.GetValue(_storage) is null)
            throw new CliException($"{cloud.Name} needs --storage", "--storage s3, gcs or azure", ExitCodes.Usage);
        if (Given(parse, _dockerfile, _pushImage, _registryBlock) is { } ofImage && parse.GetValue(_image) is null)
            throw new CliException($"{ofImage.Name} needs --build-image", "--build-image NAME:TAG", ExitCodes.Usage);
        return new WizardAnswers
        {
            CreatePool = parse.GetValue(_createPool),
            NoSchedule = parse.GetValue(_noSchedule),
            IsGit = git is not null,
            Repository = parse.GetValue(_repository),
            Branch = parse.GetValue(_branch),
            IsPrivate = parse.GetValue(_private) || Given(parse, _tokenEnvironment, _tokenFile) is not null ? true : parse.GetValue(_public) ? false : null,
            TokenEnvironment = parse.GetValue(_tokenEnvironment),
            TokenFile = parse.GetValue(_tokenFile),
            Storage = CloudStorage.All.FirstOrDefault(storage => storage.Recipe == parse.GetValue(_storage)),
            Bucket = parse.GetValue(_bucket),
            Folder = parse.GetValue(_folder),
            StorageCredentials = parse.GetValue(_credentials),
            StaysLocal = parse.GetValue(_local),
            Image = parse.GetValue(_image),
            Dockerfile = parse.GetValue(_dockerfile),
            NoImage = parse.GetValue(_noImage),
            PushImage = parse.GetValue(_pushImage) || parse.GetValue(_registryBlock) is not null ? true : parse.GetValue(_noPushImage) ? false : null,
            RegistryBlock = parse.GetValue(_registryBlock),
            Save = parse.GetValue(_save) ? true : parse.GetValue(_noSave) ? false : null,
            // What only a new deployment can be told; where one of the project file is meant it would go unheard.
            Writing = Given(parse, _createPool, _private, _tokenEnvironment, _tokenFile, _save)?.Name,
            OfNewDeployment = Given(parse, _createPool, _repository, _branch, _private, _public, _tokenEnvironment, _tokenFile, _storage, _local, _image)?.Name,
        };
    }

    private static Option? Given(ParseResult parse, params ReadOnlySpan<Option> options)
    {
        foreach (var option in options)
            if (parse.GetResult(option) is { Implicit: false })
                return option;
        return null;
    }

    private static void Exclude(ParseResult parse, Option one, Option other)
    {
        if (Given(parse, one) is not null && Given(parse, other) is not null)
            throw new CliException($"{one.Name} and {other.Name} exclude each other", exitCode: ExitCodes.Usage);
    }
}

/// <summary>What the flags say; null: it is to be asked, or found out.</summary>
internal sealed record WizardAnswers
{
    public string? CreatePool { get; init; }

    public bool NoSchedule { get; init; }

    /// <summary>Something is said of a repository.</summary>
    public bool IsGit { get; init; }

    public string? Repository { get; init; }

    public string? Branch { get; init; }

    public bool? IsPrivate { get; init; }

    public string? TokenEnvironment { get; init; }

    public string? TokenFile { get; init; }

    public CloudStorage? Storage { get; init; }

    public string? Bucket { get; init; }

    public string? Folder { get; init; }

    public string? StorageCredentials { get; init; }

    public bool StaysLocal { get; init; }

    public string? Image { get; init; }

    public string? Dockerfile { get; init; }

    public bool NoImage { get; init; }

    public bool? PushImage { get; init; }

    public string? RegistryBlock { get; init; }

    public bool? Save { get; init; }

    /// <summary>The option that makes something, before or beside the deployment.</summary>
    public string? Writing { get; init; }

    /// <summary>The option that only a new deployment can be told.</summary>
    public string? OfNewDeployment { get; init; }
}
