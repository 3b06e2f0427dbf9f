using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.Controller.Configuration;

namespace PlatformGitOps.Controller.Probing;

/// <summary>The roots HTTPS endpoints are checked against.</summary>
public static class Authorities
{
    public static X509Certificate2Collection Load(string? file)
    {
        var authorities = new X509Certificate2Collection();
        if (file is null)
        {
            return authorities;
        }

        try
        {
            authorities.ImportFromPemFile(file);
            return authorities;
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            throw new ConfigException([$"probes.authoritiesFile {file} cannot be used: {e.Message}"]);
        }
    }
}
