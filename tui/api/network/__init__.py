"""The way from this machine to a service: certificates, proxies, and clients that use them."""
