namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>The images that a cluster pulls from other hosts than its mirror.</summary>
public sealed class MirrorTests
{
    [TestCase("registry.example.com/mirror", "registry.example.com/mirror/coredns/coredns:1.11.4", false)]
    [TestCase("registry.example.com/mirror", "registry.example.com/own/hook:1", false, Description = "another path of the same host")]
    [TestCase("registry.example.com:5000", "registry.example.com:5000/own/hook:1", false)]
    [TestCase("registry.example.com/mirror", "registry.example.com:5000/own/hook:1", true)]
    [TestCase("registry.example.com/mirror", "ghcr.io/example/hook:1", true)]
    [TestCase("registry.example.com/mirror", "example/hook:1", true, Description = "of Docker Hub")]
    [TestCase("docker.io/example", "example/hook:1", false)]
    [TestCase("localhost:5000", "localhost/hook:1", true)]
    [TestCase("docker.io/example", "index.docker.io/example/hook:1", false)]
    public void An_image_bypasses_the_mirror_if_its_host_differs(string mirror, string image, bool isBeside) =>
        new WorkloadSettings { ImageRegistry = mirror }.BypassesMirror(image).ShouldBe(isBeside);

    [TestCase("busybox:1.36.1", "docker.io/library/busybox:1", "mirror.example.com/library/busybox:1.36.1")]
    [TestCase("docker.io/busybox:1.36.1", "docker.io/library/busybox:1", "mirror.example.com/library/busybox:1.36.1")]
    [TestCase("index.docker.io/coredns/coredns:1.12.0", "docker.io/coredns/coredns:1.11.4", "mirror.example.com/coredns/coredns:1.12.0")]
    [TestCase("localhost/coredns/coredns:1.12.0", "docker.io/coredns/coredns:1.11.4", "localhost/coredns/coredns:1.12.0",
        Description = "a registry of the node")]
    [TestCase("registry.example.com/coredns/coredns:1.12.0", "docker.io/coredns/coredns:1.11.4",
        "registry.example.com/coredns/coredns:1.12.0")]
    public void An_image_key_with_the_default_s_repository_is_from_the_mirror(string written, string standard, string image) =>
        new WorkloadSettings { ImageRegistry = "mirror.example.com" }.ImageOf(written, standard).ShouldBe(image);
}
